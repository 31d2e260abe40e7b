/** Executes a plan: hosts in the plan's order, at most so many at once, each to its own result. */
import pLimit from "p-limit";
import type { HostName } from "../domain/ids.ts";
import { parseHostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { hostFinished } from "../domain/outcome/event-bodies.ts";
import type { HostResult } from "../domain/outcome/events.ts";
import { failure } from "../domain/outcome/failure.ts";
import type { Plan, PlanHost } from "../domain/plan/plan.ts";
import type { Fleet } from "./fleet.ts";
import { failedResult, notStarted, resultOfOutcome, resultWithoutSteps } from "./host-result.ts";
import { runHost } from "./run-host.ts";
import type { StepContext } from "./step-context.ts";

export interface Execution extends Omit<StepContext, "session"> {
  readonly fleet: Fleet;
  readonly hosts: ReadonlyMap<HostName, ResolvedHost>;
}

/** One result for each host of the plan, in its order. */
export async function executePlan(plan: Plan, execution: Execution): Promise<readonly HostResult[]> {
  const limit = pLimit(plan.rollout.maxParallel);
  const ranks = new Map(plan.rollout.order.map((name, rank) => [name, rank]));
  const rankOf = (host: PlanHost): number => ranks.get(host.name) ?? Number.POSITIVE_INFINITY;
  const started = new Map<string, Promise<HostResult>>();
  for (const host of plan.hosts.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    started.set(
      host.name,
      host.action === "change"
        ? limit(() => perform(plan, host, execution))
        : report(resultWithoutSteps(host), execution),
    );
  }
  return Promise.all(plan.hosts.map((host) => started.get(host.name) as Promise<HostResult>));
}

async function perform(plan: Plan, host: PlanHost, execution: Execution): Promise<HostResult> {
  const { clock, fleet, hosts, interruption } = execution;
  const startedAt = clock.now();
  const elapsed = (): number => clock.now() - startedAt;
  if (interruption.draining.aborted) return report(notStarted(host), execution);
  const resolved = hosts.get(hostNameOf(host));
  if (resolved === undefined) {
    const gone = failure("plan/unknown-host", "the plan names a host that the inventory does not have", {
      next: "plan again with the present inventory",
    });
    return report(failedResult(host, gone, elapsed()), execution);
  }
  const session = await fleet.session(resolved, interruption.detached);
  if (!session.ok) return report(failedResult(host, session.error, elapsed()), execution);
  const outcome = await runHost(host, plan.verb, { ...execution, session: session.value });
  return report(resultOfOutcome(host, outcome, elapsed()), execution);
}

async function report(result: HostResult, { recorder }: Execution): Promise<HostResult> {
  await recorder.record(hostFinished(result));
  return result;
}

function hostNameOf(host: PlanHost): HostName {
  const name = parseHostName(host.name);
  if (name === undefined) throw new Error(`a plan that passed its check names the host ${host.name}`);
  return name;
}
