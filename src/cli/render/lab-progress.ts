/** Progress of a lab command on stderr: a spinner with the present step on a terminal, plain lines elsewhere. */
import ora from "ora";
import type { CliContext } from "../context.ts";
import { printable } from "./printable.ts";

export interface LabProgress {
  readonly report: (line: string) => void;
  /** Leaves nothing of the spinner behind. */
  readonly end: () => void;
}

export function labProgress({ stderr, env }: Pick<CliContext, "stderr" | "env">): LabProgress {
  if (stderr.isTTY !== true || env.TERM === "dumb")
    return { report: (line) => stderr.write(`${printable(line)}\n`), end: () => undefined };
  // Left to itself the spinner puts standard input into raw mode, and Ctrl-C would come late.
  const spinner = ora({ stream: stderr, discardStdin: false });
  return {
    report: (line) => {
      spinner.text = printable(line).slice(0, (stderr.columns ?? 80) - 3);
      if (!spinner.isSpinning) spinner.start();
    },
    end: () => void spinner.stop(),
  };
}
