/** All hosts of a run: each is connected to once. */
import type { Elevation } from "../domain/host/loader.ts";
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { HostAddress, Transport } from "../ports/transport.ts";
import { type HostSession, openSession } from "./session.ts";

export interface Fleet {
  /** The host's session; the first call connects. A failure to connect is remembered, not repeated. */
  session(host: ResolvedHost, signal: AbortSignal): Promise<Result<HostSession>>;
  /** The same, once more from the beginning: over a new connection, whatever became of the one before. */
  anew(host: ResolvedHost, signal: AbortSignal): Promise<Result<HostSession>>;
  close(): Promise<void>;
}

export interface FleetOptions {
  readonly transport: Transport;
  /** Text of the host program. */
  readonly program: string;
  readonly elevation: Elevation;
}

export function createFleet({ transport, program, elevation }: FleetOptions): Fleet {
  const sessions = new Map<HostName, Promise<Result<HostSession>>>();
  const open = (host: ResolvedHost, signal: AbortSignal): Promise<Result<HostSession>> => {
    const connect = (limit: AbortSignal) => transport.connect(addressOf(host), limit);
    const opening = openSession(host, { connect, program, elevation }, signal);
    sessions.set(host.name, opening);
    return opening;
  };
  return {
    session: (host, signal) => sessions.get(host.name) ?? open(host, signal),
    async anew(host, signal) {
      const before = await sessions.get(host.name);
      if (before?.ok) await before.value.close();
      return open(host, signal);
    },
    async close() {
      const opened = await Promise.all(sessions.values());
      await Promise.all(opened.map((session) => (session.ok ? session.value.close() : undefined)));
      sessions.clear();
      await transport.close();
    },
  };
}

/** How a host is reached, as the transport wants to know it. */
export function addressOf(host: ResolvedHost): HostAddress {
  const { name, addresses, transport } = host;
  return {
    host: name,
    addresses,
    transport,
    ...(host.port === undefined ? {} : { port: host.port }),
    ...(host.user === undefined ? {} : { user: host.user }),
    ...(host.identityFile === undefined ? {} : { identityFile: host.identityFile }),
    ...(host.proxyJump === undefined ? {} : { proxyJump: host.proxyJump }),
    ...(host.hostKeys === undefined ? {} : { hostKeys: host.hostKeys }),
  };
}
