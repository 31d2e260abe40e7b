/** The exit codes of the CLI, and which wins when several apply. */
import type { FailureKind } from "./failure-codes/index.ts";
import { unreachable } from "./unreachable.ts";

export const exitCodes = {
  ok: 0,
  internal: 1,
  changesPresent: 2,
  usage: 3,
  unreachable: 4,
  failed: 5,
  halted: 6,
  stale: 7,
  locked: 8,
  paused: 75,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

// 130/143 > 1 > 3 > 7/8 > 6 > 5 > 4 > 75 > 2 > 0
const precedence: readonly ExitCode[] = [130, 143, 1, 3, 7, 8, 6, 5, 4, 75, 2, 0];

/** The code that wins; 0 for none. */
export function worstExitCode(codes: Iterable<ExitCode>): ExitCode {
  const present = new Set(codes);
  return precedence.find((code) => present.has(code)) ?? exitCodes.ok;
}

export function exitCodeOf(kind: FailureKind): ExitCode {
  switch (kind) {
    case "internal":
      return exitCodes.internal;
    case "usage":
      return exitCodes.usage;
    case "unreachable":
      return exitCodes.unreachable;
    case "failed":
      return exitCodes.failed;
    case "halted":
      return exitCodes.halted;
    case "stale":
      return exitCodes.stale;
    case "locked":
      return exitCodes.locked;
    case "paused":
      return exitCodes.paused;
    default:
      return unreachable(kind);
  }
}
