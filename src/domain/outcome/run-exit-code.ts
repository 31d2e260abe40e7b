/** The exit code of a run, from what became of its hosts. */
import type { HostResult, HostStatus } from "./events.ts";
import { type ExitCode, exitCodes, worstExitCode } from "./exit-codes.ts";
import { unreachable } from "./unreachable.ts";

/** @param signal the first signal that came, if any */
export function runExitCode(hosts: readonly HostResult[], signal: string | undefined): ExitCode {
  const interrupted = signal === undefined ? [] : [signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated];
  return worstExitCode([...interrupted, ...hosts.map((host) => exitCodeOfStatus(host.status))]);
}

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
