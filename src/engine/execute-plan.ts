/** Executes a plan: the rollout machine says which host when, and each host comes to its own result. */
import type { HostName } from "../domain/ids.ts";
import { parseHostName, parseStorePath } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { hostFinished, rolloutTold } from "../domain/outcome/event-bodies.ts";
import { eventErrorOf } from "../domain/outcome/event-error.ts";
import type { HostResult } from "../domain/outcome/events.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import type { Plan, PlanHost } from "../domain/plan/plan.ts";
import type { RolloutEvent } from "../domain/rollout/event.ts";
import { rolloutFailure } from "../domain/rollout/halt-failure.ts";
import type { Patience } from "../domain/rollout/patience.ts";
import { situationOf } from "../domain/rollout/situation.ts";
import type { RolloutState } from "../domain/rollout/state.ts";
import { lookAtHealth } from "./confirmation.ts";
import type { Fleet } from "./fleet.ts";
import { failedResult, notStarted, resultOfOutcome, resultsNotStarted, resultWithoutSteps } from "./host-result.ts";
import { rollBackHost } from "./roll-back-host.ts";
import { driveRollout } from "./rollout-driver.ts";
import { runHost } from "./run-host.ts";
import type { HostSession } from "./session.ts";
import type { StepContext } from "./step-context.ts";

export interface Execution extends Omit<StepContext, "session"> {
  readonly fleet: Fleet;
  readonly hosts: ReadonlyMap<HostName, ResolvedHost>;
  readonly patience: Patience;
  /** Asks whether the next stage may begin; left out when nobody can be asked. */
  readonly approve?: (because: string) => Promise<boolean>;
}

export interface Executed {
  /** One for each host of the plan, in its order. */
  readonly results: readonly HostResult[];
  /** Why the rollout stopped before its end, if it did. */
  readonly halted: Failure | undefined;
}

export async function executePlan(plan: Plan, execution: Execution): Promise<Executed> {
  const hosts = new Map(plan.hosts.map((host) => [host.name, host]));
  const results = new Map<string, HostResult>();
  const changedHosts = new Set<string>();
  const keep = async (result: HostResult): Promise<void> => {
    results.set(result.name, result);
    await execution.recorder.record(hostFinished(result));
  };
  for (const host of plan.hosts) if (host.action !== "change") await keep(resultWithoutSteps(host));
  // A signal that came before anything was started: nothing is.
  if (execution.interruption.draining.aborted) return { results: resultsNotStarted(plan), halted: undefined };
  const hostOf = (name: string): PlanHost => {
    const host = hosts.get(name);
    if (host === undefined)
      throw new Error(`a plan that passed its check rolls out to ${name}, which it does not have`);
    return host;
  };
  const state = await driveRollout(
    plan.rollout,
    {
      async start(name) {
        const { result, changed } = await perform(plan, hostOf(name), execution);
        if (changed) changedHosts.add(name);
        await keep(result);
        return finished(result, changed);
      },
      async rollBack(name) {
        const host = hostOf(name);
        const back = await rollBack(host, execution);
        const before = results.get(name);
        if (back === undefined && before !== undefined && changedHosts.has(name)) {
          await keep({ ...before, status: "rolled_back" });
        }
        return { type: "host-rolled-back", host: name, ok: back === undefined };
      },
      checkHealth: (lane, names) => checkHealth(lane, names.map(hostOf), execution),
      async askApproval(lane, stage, because) {
        if (execution.approve === undefined || !(await execution.approve(because))) return undefined;
        return { type: "approved", lane, stage, by: execution.operator };
      },
      tell: (level, text) => execution.recorder.record(rolloutTold(level, text)),
    },
    execution.patience,
    execution,
  );
  for (const host of plan.hosts) {
    if (!results.has(host.name)) await keep(leftOut(host, state, execution));
  }
  const inOrder = plan.hosts.map((host) => results.get(host.name) as HostResult);
  return { results: inOrder, halted: rolloutFailure(state) };
}

interface Performed {
  readonly result: HostResult;
  /** The host runs something else than before, be it well or not. */
  readonly changed: boolean;
}

async function perform(plan: Plan, host: PlanHost, execution: Execution): Promise<Performed> {
  const { clock } = execution;
  const startedAt = clock.now();
  const elapsed = (): number => clock.now() - startedAt;
  const session = await sessionFor(host, execution);
  if ("error" in session) return { result: failedResult(host, session.error, elapsed()), changed: false };
  const outcome = await runHost(host, plan.verb, { ...execution, session: session.value });
  const changed = outcome.kind === "done" || (outcome.kind === "failed" && outcome.changed === true);
  return { result: resultOfOutcome(host, outcome, elapsed()), changed };
}

const finished = ({ name, status }: HostResult, changed: boolean): RolloutEvent => ({
  type: "host-finished",
  host: name,
  status,
  healthy: status === "changed" || status === "unchanged",
  changed,
});

/** Undefined when the host is back on what it ran before the plan. */
async function rollBack(host: PlanHost, execution: Execution): Promise<Failure | undefined> {
  const session = await sessionFor(host, execution);
  if ("error" in session) return session.error;
  return rollBackHost(host, { ...execution, session: session.value });
}

/** A look at hosts that soak; whoever cannot be asked is not healthy. */
async function checkHealth(lane: string, hosts: readonly PlanHost[], execution: Execution): Promise<RolloutEvent> {
  const unwell = await Promise.all(
    hosts.map(async (host) => {
      const session = await sessionFor(host, execution);
      if ("error" in session) return host.name;
      const system = parseStorePath(host.to?.system ?? "") ?? null;
      const look = await lookAtHealth(session.value, { system, before: undefined }, execution.interruption.detached);
      return look.ok && look.value === undefined ? undefined : host.name;
    }),
  );
  return { type: "health-checked", lane, unhealthy: unwell.filter((name) => name !== undefined) };
}

/** A lost connection is given one more try: a host in soak may have been away for a moment. */
async function sessionFor(
  host: PlanHost,
  { fleet, hosts, interruption }: Execution,
): Promise<{ value: HostSession } | { error: Failure }> {
  const resolved = hosts.get(hostNameOf(host));
  if (resolved === undefined) {
    return {
      error: failure("plan/unknown-host", "the plan names a host that the inventory does not have", {
        next: "plan again with the present inventory",
      }),
    };
  }
  const session = await fleet.session(resolved, interruption.detached);
  return session.ok ? { value: session.value } : { error: session.error };
}

/** The host never had its turn: why not. */
function leftOut(host: PlanHost, state: RolloutState, { clock }: Execution): HostResult {
  const halt = rolloutFailure(state);
  if (halt === undefined) return notStarted(host);
  const error = eventErrorOf({ ...halt, what: situationOf(state, host.name, clock.now()) });
  // What only waits for a window or an approval is held, and a later run goes on with it.
  const status = failureCodes[halt.code].kind === "paused" ? "held" : "not_started";
  return { ...notStarted(host), status, error };
}

function hostNameOf(host: PlanHost): HostName {
  const name = parseHostName(host.name);
  if (name === undefined) throw new Error(`a plan that passed its check names the host ${host.name}`);
  return name;
}
