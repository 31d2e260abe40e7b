/** Progress of a lab command on stderr: one changing line on a terminal, plain lines elsewhere. */
import type { CliContext } from "../context.ts";
import { printable } from "./printable.ts";

export interface LabProgress {
  readonly report: (line: string) => void;
  /** Leaves nothing of the changing line behind. */
  readonly end: () => void;
}

const CLEAR_LINE = "\r\u001b[K";

export function labProgress({ stderr, env }: Pick<CliContext, "stderr" | "env">): LabProgress {
  if (stderr.isTTY !== true || env.TERM === "dumb")
    return { report: (line) => stderr.write(`${printable(line)}\n`), end: () => undefined };
  return {
    report: (line) => stderr.write(`${CLEAR_LINE}${printable(line).slice(0, (stderr.columns ?? 80) - 1)}`),
    end: () => stderr.write(CLEAR_LINE),
  };
}
