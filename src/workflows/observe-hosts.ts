/** Connects to many hosts and looks at each: one connection and one exec a host. */
import pLimit from "p-limit";
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { phaseEnded, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import type { Fleet } from "../engine/fleet.ts";
import { observe } from "../engine/observe.ts";
import type { Recorder } from "../engine/recorder.ts";
import type { Clock } from "../ports/clock.ts";

/** As many as the transport dials at a time. Each look is one exec that carries the program: more at once only hold more of it. */
export const PROBES_AT_ONCE = 32;

export interface Observing {
  readonly fleet: Fleet;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of each host that could be looked at, while others still are. */
  readonly onSeen?: (host: ResolvedHost, facts: HostFacts) => void;
}

export async function observeHosts(
  hosts: readonly ResolvedHost[],
  observing: Observing,
): Promise<ReadonlyMap<HostName, Result<HostFacts>>> {
  const limit = pLimit(PROBES_AT_ONCE);
  const facts = await Promise.all(hosts.map((host) => limit(() => observeHost(host, observing))));
  return new Map(hosts.map((host, index) => [host.name, facts[index] as Result<HostFacts>]));
}

async function observeHost(
  host: ResolvedHost,
  { fleet, recorder, clock, signal, onSeen }: Observing,
): Promise<Result<HostFacts>> {
  const startedAt = clock.now();
  void recorder.record(phaseStarted("connect", host.name));
  const session = await fleet.session(host, signal);
  const connected = { host: host.name, ms: clock.now() - startedAt };
  void recorder.record(phaseEnded("connect", session.ok ? connected : { ...connected, error: session.error }));
  if (!session.ok) return err(session.error);
  void recorder.record(phaseStarted("facts", host.name));
  const facts = await observe(session.value, signal);
  const observed = { host: host.name, ms: clock.now() - startedAt - connected.ms };
  void recorder.record(phaseEnded("facts", facts.ok ? observed : { ...observed, error: facts.error }));
  if (facts.ok) onSeen?.(host, facts.value);
  return facts;
}
