/** Commands on the machine that runs the CLI: hooks that are to run here. */
import type { Result } from "../domain/outcome/result.ts";

export interface LocalCommands {
  /**
   * Runs text with `sh -c`, its environment added to our own and the input on standard input. Gives its exit code; fails with
   * `host/hook` when it did not end by itself.
   */
  run(
    text: string,
    options: {
      readonly env: Readonly<Record<string, string>>;
      readonly input: string;
      readonly timeoutMs: number;
      readonly signal: AbortSignal;
      readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
    },
  ): Promise<Result<number>>;
}
