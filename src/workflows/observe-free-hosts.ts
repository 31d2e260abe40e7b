/** Looks at hosts that are about to be acted on, and again at those that another run acts on: `--lock-wait`. */
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import type { Result } from "../domain/outcome/result.ts";
import { occupiedBy } from "../domain/plan/preflight.ts";
import { isDeadRun } from "../engine/dead-run.ts";
import { observe } from "../engine/observe.ts";
import { type Observing, observeHosts } from "./observe-hosts.ts";
import type { Frame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

const POLL_MS = 2_000;

export interface Waiting extends Observing, Pick<Tools, "journal" | "lockWaitMs"> {
  /** Told once for each host that is waited for. */
  readonly note: (text: string) => void;
}

export const waitingWith = ({ fleet, recorder }: Frame, tools: Tools): Waiting => ({
  fleet,
  recorder,
  clock: tools.clock,
  signal: tools.interruption.draining,
  journal: tools.journal,
  lockWaitMs: tools.lockWaitMs,
  note: (text) => tools.audience.note(text),
});

/** As {@link observeHosts}. A host that is occupied for all of that time is seen as it was at last. */
export async function observeFreeHosts(
  hosts: readonly ResolvedHost[],
  waiting: Waiting,
): Promise<ReadonlyMap<HostName, Result<HostFacts>>> {
  const deadline = waiting.clock.now() + waiting.lockWaitMs;
  const isWaitedFor = (facts: HostFacts) => waiting.lockWaitMs > 0 && occupiedBy(facts) !== undefined;
  // What a host is like that is waited for is known only afterwards.
  const onSeen = (host: ResolvedHost, facts: HostFacts): void => {
    if (!isWaitedFor(facts)) waiting.onSeen?.(host, facts);
  };
  const seen = await observeHosts(hosts, { ...waiting, onSeen });
  const free = hosts.map(async (host): Promise<[HostName, Result<HostFacts>]> => {
    const first = seen.get(host.name) as Result<HostFacts>;
    if (!first.ok || !isWaitedFor(first.value)) return [host.name, first];
    const last = await onceFree(host, first, deadline, waiting);
    if (last.ok) waiting.onSeen?.(host, last.value);
    return [host.name, last];
  });
  return new Map(await Promise.all(free));
}

async function onceFree(
  host: ResolvedHost,
  first: Result<HostFacts>,
  deadline: number,
  waiting: Waiting,
): Promise<Result<HostFacts>> {
  const { clock, signal, note } = waiting;
  let facts = first;
  for (let told = false; ; told = true) {
    // A host that does not answer any more is taken for one that the other run reboots.
    const obstacle = facts.ok ? await obstacleOn(facts.value, waiting) : facts.error;
    if (obstacle === undefined || signal.aborted || clock.now() + POLL_MS > deadline) return facts;
    if (!told) note(`waiting for ${host.name}: ${obstacle.what}`);
    await clock.sleep(POLL_MS, signal);
    facts = await lookAgain(host, facts.ok, waiting);
  }
}

/** The lock of a run of this machine that died is none: it is taken over. */
async function obstacleOn(facts: HostFacts, { journal }: Pick<Waiting, "journal">): Promise<Failure | undefined> {
  const abandoned = facts.lock !== null && (await isDeadRun(facts.lock.run, journal));
  return occupiedBy(facts, abandoned);
}

async function lookAgain(
  host: ResolvedHost,
  connected: boolean,
  { fleet, signal }: Pick<Waiting, "fleet" | "signal">,
): Promise<Result<HostFacts>> {
  const session = await fleet.session(host, signal);
  if (!session.ok) return session;
  if (!connected) {
    const again = await session.value.reconnect(signal);
    if (!again.ok) return again;
  }
  return observe(session.value, signal);
}
