/** A conversation with one host over its one connection: asks the host program, runs commands, reaches the Nix daemon. */
import type { Elevation } from "../domain/host/loader.ts";
import type { HostRecord } from "../domain/host/protocol.ts";
import type { HostAnswer } from "../domain/host/records.ts";
import type { HostCommand } from "../domain/host/verbs.ts";
import { isRestricted } from "../domain/inventory/access.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Connection, ForwardedSocket } from "../ports/transport.ts";
import { runHostProgram } from "./host-program/run-host-program.ts";

const DAEMON_SOCKET = "/nix/var/nix/daemon-socket/socket";

export interface HostSession {
  readonly host: ResolvedHost;
  /** Text of this version's host program; a restricted host runs the one that it has installed. */
  readonly program: string;
  /** The connection of this moment; another one after `reconnect`. */
  readonly connection: Connection;
  /** One exec: the host program arrives, does the verb and answers. Fails with `transport/*` or `host/*`. */
  ask(command: HostCommand, options: AskOptions): Promise<Result<HostAnswer>>;
  /** The host's Nix daemon as a local socket; opened once for each connection, closed with it. */
  daemonSocket(): Promise<Result<ForwardedSocket>>;
  /** A second conversation over a connection of its own, which its user closes. */
  openFresh(signal: AbortSignal): Promise<Result<HostSession>>;
  /** Gives the present connection up and opens a new one. */
  reconnect(signal: AbortSignal): Promise<Result<void>>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Each record as it arrives; all of them are in the answer too. */
  readonly onRecord?: (record: HostRecord) => void;
  /** What the program says to people. */
  readonly onStderr?: (chunk: Uint8Array) => void;
}

export interface SessionOptions {
  readonly connect: (signal: AbortSignal) => Promise<Result<Connection>>;
  readonly program: string;
  readonly elevation: Elevation;
}

export async function openSession(
  host: ResolvedHost,
  { connect, program, elevation }: SessionOptions,
  signal: AbortSignal,
): Promise<Result<HostSession>> {
  const first = await connect(signal);
  if (!first.ok) return err({ ...first.error, host: host.name });
  let connection = first.value;
  let socket: Promise<Result<ForwardedSocket>> | undefined;
  return ok({
    host,
    program,
    get connection() {
      return connection;
    },
    ask: (command, options) =>
      runHostProgram(connection, { program: isRestricted(host) ? null : program, elevation, ...command, ...options }),
    daemonSocket() {
      socket ??= connection.forwardUnix(DAEMON_SOCKET);
      return socket;
    },
    openFresh: (limit) => openSession(host, { connect, program, elevation }, limit),
    async reconnect(again) {
      await connection.close();
      socket = undefined;
      const next = await connect(again);
      if (!next.ok) return err({ ...next.error, host: host.name });
      connection = next.value;
      return ok(undefined);
    },
    close: () => connection.close(),
  });
}
