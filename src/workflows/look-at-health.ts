/** What the health checks of hosts say now, for the status report. */
import pLimit from "p-limit";
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import type { Result } from "../domain/outcome/result.ts";
import { liveSystem } from "../domain/plan/live-system.ts";
import type { StatusHost } from "../domain/status/status.ts";
import type { Fleet } from "../engine/fleet.ts";
import { askChecks } from "../engine/health/look.ts";
import type { Probes } from "../ports/probes.ts";
import { PROBES_AT_ONCE } from "./observe-hosts.ts";

type Health = StatusHost["health"];

/** Each check is asked once. Hosts that answered nothing, or that have nothing to check, are left out. */
export async function lookAtChecks(
  hosts: readonly ResolvedHost[],
  observed: ReadonlyMap<HostName, Result<HostFacts>>,
  tools: { readonly fleet: Fleet; readonly probes: Probes; readonly signal: AbortSignal },
): Promise<ReadonlyMap<HostName, Health>> {
  const limit = pLimit(PROBES_AT_ONCE);
  const looks = hosts.flatMap((host) => {
    const facts = observed.get(host.name);
    if (facts?.ok !== true || facts.value.activation !== null) return [];
    const look = async () => [host.name, await healthOf(host, facts.value, tools)] as const;
    return [limit(look)];
  });
  return new Map(await Promise.all(looks));
}

async function healthOf(
  host: ResolvedHost,
  facts: HostFacts,
  { fleet, ...tools }: Parameters<typeof lookAtChecks>[2],
): Promise<Health> {
  const session = await fleet.session(host, tools.signal);
  const answers = session.ok ? await askChecks(session.value, liveSystem(facts), host.healthChecks, tools) : session;
  if (!answers.ok) return [{ name: "health checks", state: "unknown", reason: answers.error.what }];
  return answers.value.map(({ name, trouble }) =>
    trouble === undefined ? { name, state: "healthy" } : { name, state: "unhealthy", reason: trouble },
  );
}
