/** Puts a plan together from what is wanted and what was observed. Pure: same inputs, same bytes. */
import { compareHostNames } from "../fold-hosts.ts";
import { assembleRollout, type RolloutHost } from "../rollout/assemble-rollout.ts";
import { ALL_AT_ONCE, allAtOnce, everywhere } from "../rollout/strategy.ts";
import { planDigest } from "./codec.ts";
import { memoizingDiffer } from "./file-diff.ts";
import type { PlanRequest } from "./host-input.ts";
import { planHost } from "./host-plan.ts";
import { type Plan, type PlanHost, planSchemaName, type Step } from "./plan.ts";

/** The plan for apply, rollback and remove. The order in which hosts come in does not matter. */
export function assemble(request: PlanRequest): Plan {
  const differ = memoizingDiffer();
  const hosts = request.hosts.map((input) => planHost(input, differ));
  return sealPlan(request, hosts);
}

/** Sorts the hosts, counts them and gives the plan its id. */
export function sealPlan(
  request: Omit<PlanRequest, "hosts" | "verb"> & { readonly verb: Plan["verb"] },
  unsorted: readonly PlanHost[],
): Plan {
  const hosts = [...unsorted].sort((a, b) => compareHostNames(a.name, b.name));
  const summary = countActions(hosts);
  const unsealed = {
    schema: planSchemaName,
    verb: request.verb,
    tool: { name: "nixfleet", version: request.toolVersion },
    inputs: request.inputs,
    rollout: rolloutOf(request, hosts),
    ...(summary.change > 0 ? hooksOf(request) : {}),
    hosts,
    summary,
  } as const;
  const { schema, ...rest } = unsealed;
  return { schema, id: planDigest(unsealed), createdAt: request.createdAt, ...rest };
}

/** Only hosts that change take part. */
function rolloutOf(
  {
    rolloutHosts,
    maxParallel,
    verb,
  }: Pick<PlanRequest, "rolloutHosts" | "maxParallel"> & { readonly verb: Plan["verb"] },
  hosts: readonly PlanHost[],
): Plan["rollout"] {
  const changing = hosts.filter((host) => host.action === "change").map((host) => host.name);
  const named = new Set(changing);
  const staged = rolloutHosts?.filter((host) => named.has(host.name)) ?? changing.map((name) => plainHost(name, verb));
  const owed = new Map(hosts.map(({ name, steps }): [string, number | undefined] => [name, rebootOwed(steps)]));
  return assembleRollout(
    staged.map((host) => ({ ...host, owedSince: owed.get(host.name) })),
    maxParallel,
  );
}

const rebootOwed = (steps: readonly Step[]): number | undefined =>
  steps.find((step) => step.kind === "reboot")?.owedSince;

function plainHost(name: string, verb: Plan["verb"]): RolloutHost {
  const lane = { name: ALL_AT_ONCE, strategy: verb === "run" ? everywhere : allAtOnce };
  return { name, class: "", canary: false, lane, calendars: [], budgets: [], estimateMs: 0 };
}

function hooksOf({ hooks = {} }: Pick<PlanRequest, "hooks">): Pick<Plan, "hooks"> {
  const { preRollout = [], onHalt = [], postRollout = [] } = hooks;
  const some = preRollout.length + onHalt.length + postRollout.length > 0;
  return some ? { hooks: { preRollout, onHalt, postRollout } } : {};
}

function countActions(hosts: readonly PlanHost[]): Plan["summary"] {
  const summary = { change: 0, none: 0, unreachable: 0, held: 0, failed: 0 };
  for (const host of hosts) summary[host.action] += 1;
  return summary;
}
