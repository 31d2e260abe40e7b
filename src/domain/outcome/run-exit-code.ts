/** The exit code of a run, from what became of its hosts. */
import type { HostResult, HostStatus } from "./events.ts";
import { type ExitCode, exitCodeOf, exitCodes, worstExitCode } from "./exit-codes.ts";
import type { Failure } from "./failure.ts";
import { failureCodes } from "./failure-codes/index.ts";
import { unreachable } from "./unreachable.ts";

/** @param signal the first signal that came, if any */
export const runExitCode = (hosts: readonly HostResult[], signal: string | undefined): ExitCode =>
  worstExitCode([...exitCodesOfSignal(signal), ...hosts.map((host) => exitCodeOfStatus(host.status))]);

/** For a command that ended before hosts had results. */
export function failureExitCode(failures: readonly Failure[], signal: string | undefined): ExitCode {
  const [interrupted] = exitCodesOfSignal(signal);
  return interrupted ?? worstExitCode(failures.map(exitCodeOfFailure));
}

const exitCodeOfFailure = ({ code }: Failure): ExitCode =>
  code === "cli/interrupted" ? exitCodes.interrupted : exitCodeOf(failureCodes[code].kind);

const exitCodesOfSignal = (signal: string | undefined): readonly ExitCode[] =>
  signal === undefined ? [] : [signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated];

function exitCodeOfStatus(status: HostStatus): ExitCode {
  switch (status) {
    case "unchanged":
    case "changed":
    case "skipped":
      return exitCodes.ok;
    case "failed":
    case "rolled_back":
    case "unknown":
      return exitCodes.failed;
    case "unreachable":
      return exitCodes.unreachable;
    case "locked":
      return exitCodes.locked;
    case "stale":
      return exitCodes.stale;
    case "held":
      return exitCodes.paused;
    case "not_started":
      return exitCodes.halted;
    default:
      return unreachable(status);
  }
}
