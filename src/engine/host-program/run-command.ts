/** Runs a shell command on a host: ad-hoc runs and tasks. */
import type { Elevation } from "../../domain/host/loader.ts";
import type { Result } from "../../domain/outcome/result.ts";
import type { Connection } from "../../ports/transport.ts";
import { deliver } from "./deliver.ts";

export interface CommandRequest {
  readonly elevation: Elevation;
  /** `$1`, `$2`, … of the command. */
  readonly args?: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStdout: (chunk: Uint8Array) => void;
  readonly onStderr: (chunk: Uint8Array) => void;
}

/**
 * Takes text for `sh`, of any length and with newlines; it arrives by exact length and has an empty standard input. Gives
 * its exit code. Fails with `transport/*` as {@link deliver} does.
 */
export function runCommand(connection: Connection, command: string, request: CommandRequest): Promise<Result<number>> {
  return deliver(connection, {
    ...request,
    args: request.args ?? [],
    program: Buffer.from(`${command}\n`),
    payload: new Uint8Array(0),
  });
}
