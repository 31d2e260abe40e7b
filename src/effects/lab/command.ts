/** Runs the system's tools for the lab. */
import { execa } from "execa";

export interface CommandOutcome {
  readonly ok: boolean;
  readonly stdout: string;
  /** Standard error, or why the program could not be started. */
  readonly stderr: string;
}

/** Runs to the end; a failure is a value. `input` becomes standard input, which is empty otherwise. */
export async function run(
  argv: readonly [string, ...string[]],
  options: { readonly input?: string; readonly env?: Record<string, string> } = {},
): Promise<CommandOutcome> {
  const [file, ...args] = argv;
  const outcome = await execa(file, args, {
    reject: false,
    input: options.input ?? "",
    env: { LC_ALL: "C.UTF-8", ...options.env },
  });
  return { ok: !outcome.failed, stdout: outcome.stdout, stderr: outcome.stderr || (outcome.shortMessage ?? "") };
}

/** The same, giving each line of both outputs to `onLine` as it comes. */
export async function runShowing(
  argv: readonly [string, ...string[]],
  onLine: (line: string) => void,
): Promise<{ readonly ok: boolean; readonly log: string }> {
  const [file, ...args] = argv;
  const child = execa(file, args, { reject: false, all: true, stdin: "ignore", env: { LC_ALL: "C.UTF-8" } });
  for await (const line of child.iterable({ from: "all" })) onLine(line);
  const outcome = await child;
  return { ok: !outcome.failed, log: outcome.all || (outcome.shortMessage ?? "") };
}
