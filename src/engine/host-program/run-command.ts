/** Runs a shell command on a host: ad-hoc runs and tasks. */
import type { Elevation } from "../../domain/host/loader.ts";
import type { Result } from "../../domain/outcome/result.ts";
import type { Connection, TakeOutput } from "../../ports/transport.ts";
import { deliver } from "./deliver.ts";

export interface CommandRequest {
  readonly elevation: Elevation;
  /** `$1`, `$2`, … of the command. */
  readonly args?: readonly string[];
  /** The host itself ends the command then, by exit code 124 or 137, whatever becomes of the connection. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStdout: TakeOutput<Uint8Array>;
  readonly onStderr: TakeOutput<Uint8Array>;
}

/**
 * Takes text for `sh`, of any length and with newlines; it arrives by exact length and has an empty standard input. Gives
 * its exit code. Fails with `transport/*` as {@link deliver} does.
 */
export function runCommand(connection: Connection, command: string, request: CommandRequest): Promise<Result<number>> {
  return deliver(connection, {
    ...request,
    args: request.args ?? [],
    program: Buffer.from(`${timed(request.timeoutMs)}; ${command}\n`),
    payload: new Uint8Array(0),
    timeoutMs: request.timeoutMs + HOST_ENDS_IT_MS,
  });
}

/** For the command to die on the host, and the host to say so. */
const HOST_ENDS_IT_MS = 15_000;

/** The program runs itself once more under `timeout`, on the line where the command begins, so that line numbers hold. */
const timed = (timeoutMs: number): string =>
  `[ "\${NIXFLEET_TIMED:-}" ] || { command -v timeout >/dev/null && NIXFLEET_TIMED=1 exec timeout -k 5 ${timeoutMs / 1000} sh "$0" "$@"; }; unset NIXFLEET_TIMED`;
