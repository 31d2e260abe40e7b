/** Executes a plan: the rollout machine says which host when, and each host comes to its own result. */
import type { HostName } from "../domain/ids.ts";
import { parseHostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { diagnosed, hostFinished, rolloutTold } from "../domain/outcome/event-bodies.ts";
import { eventErrorOf } from "../domain/outcome/event-error.ts";
import type { HostResult, RolloutEnd } from "../domain/outcome/events.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import { canGoBack } from "../domain/plan/can-go-back.ts";
import type { Plan, PlanHost } from "../domain/plan/plan.ts";
import type { RolloutEvent } from "../domain/rollout/event.ts";
import { rolloutFailure } from "../domain/rollout/halt-failure.ts";
import { situationOf } from "../domain/rollout/situation.ts";
import type { RolloutState } from "../domain/rollout/state.ts";
import { activationId } from "../domain/run/activation-id.ts";
import type { Course } from "./course.ts";
import type { Fleet } from "./fleet.ts";
import { isWellInSoak } from "./health/soak.ts";
import { failedResult, notStarted, resultOfOutcome, resultsNotStarted, resultWithoutSteps } from "./host-result.ts";
import { onceUp } from "./once-up.ts";
import { recoverHost } from "./recover-host.ts";
import { rollBackHost } from "./roll-back-host.ts";
import { driveRollout, type RolloutHands } from "./rollout-driver.ts";
import { runHost } from "./run-host.ts";
import type { HostSession } from "./session.ts";
import type { StepContext } from "./step-context.ts";
import type { StepOutcome } from "./step-outcome.ts";

export interface Execution extends Omit<StepContext, "session" | "activation" | "windowWaitEndsMs"> {
  readonly fleet: Fleet;
  readonly hosts: ReadonlyMap<HostName, ResolvedHost>;
  readonly course: Course;
  /** Aborts when the run no longer owns its hosts, with the failure as its reason. */
  readonly lost: AbortSignal;
  /** Asks whether the next stage may begin; left out when nobody can be asked. */
  readonly approve?: (because: string) => Promise<boolean>;
}

export interface Executed {
  /** One for each host of the plan, in its order. */
  readonly results: readonly HostResult[];
  /** Why the rollout stopped before its end, if it did. */
  readonly halted: Failure | undefined;
  readonly rollout: RolloutEnd;
}

export async function executePlan(plan: Plan, execution: Execution): Promise<Executed> {
  const { course, interruption, recorder } = execution;
  const results = new Map(course.results.map((result) => [result.name, result]));
  const keep = async (result: HostResult): Promise<void> => {
    results.set(result.name, result);
    await recorder.record(hostFinished(result));
  };
  for (const host of plan.hosts) {
    if (host.action !== "change" && !results.has(host.name)) await keep(resultWithoutSteps(host));
  }
  // A signal that came before anything was started: nothing is.
  if (interruption.draining.aborted && course.earlier.length === 0)
    return { results: resultsNotStarted(plan), halted: undefined, rollout: "completed" };
  const atWork = new Set<Promise<unknown>>();
  const hands = handsOf(plan, execution, { results, keep, atWork });
  const state = await driveRollout(plan.rollout, hands, course, execution);
  // Whoever detaches leaves hosts at work; what is known of them now is the last that is known.
  await Promise.allSettled(atWork);
  for (const host of plan.hosts) {
    if (!results.has(host.name)) await keep(leftOut(host, state, execution));
  }
  const inOrder = plan.hosts.map((host) => results.get(host.name) as HostResult);
  return { results: inOrder, halted: lossOf(execution) ?? rolloutFailure(state), rollout: endOf(state) };
}

/** What is known of the hosts so far. */
interface Ledger {
  readonly results: ReadonlyMap<string, HostResult>;
  readonly keep: (result: HostResult) => Promise<void>;
  /** What is being done to hosts at this moment. */
  readonly atWork: Set<Promise<unknown>>;
}

function handsOf(plan: Plan, execution: Execution, { results, keep, atWork }: Ledger): RolloutHands {
  const { recorder, approve, operator, clock, course } = execution;
  const { windowPatienceMs } = course.patience;
  const windowWaitEndsMs = windowPatienceMs === null ? null : clock.now() + windowPatienceMs;
  const hosts = new Map(plan.hosts.map((host) => [host.name, host]));
  const hostOf = (name: string): PlanHost => {
    const host = hosts.get(name);
    if (host === undefined)
      throw new Error(`a plan that passed its check rolls out to ${name}, which it does not have`);
    return host;
  };
  const attemptOf = (attempt: number, way: "forth" | "back"): HostExecution => ({
    ...execution,
    windowWaitEndsMs,
    activation: activationId(recorder.run, attempt, way),
  });
  const watched = <T>(work: Promise<T>): Promise<T> => {
    atWork.add(work);
    return work.finally(() => atWork.delete(work));
  };
  const start = async (name: string, attempt: number): Promise<RolloutEvent> => {
    const { result, changed } = await perform(plan, hostOf(name), attemptOf(attempt, "forth"));
    await keep(result);
    return finished(result, changed);
  };
  const goBack = async (name: string, attempt: number): Promise<RolloutEvent> => {
    const host = hostOf(name);
    const trouble = canGoBack(host) ? await rollBack(host, attemptOf(attempt, "back")) : forwardOnly;
    const before = results.get(name);
    if (trouble !== undefined) await recorder.record(diagnosed({ ...trouble, host: hostNameOf(host) }, "warn"));
    else if (before !== undefined) await keep({ ...before, status: "rolled_back" });
    return { type: "host-rolled-back", host: name, ok: trouble === undefined };
  };
  return {
    start: (name, attempt) => watched(start(name, attempt)),
    recover: (name, attempt, mayStartAgain) =>
      watched(recover(plan, hostOf(name), attemptOf(attempt, "forth"), { keep, mayStartAgain })),
    rollBack: (name, attempt) => watched(goBack(name, attempt)),
    async checkHealth(lane, names) {
      const event = await checkHealth(lane, names.map(hostOf), attemptOf(1, "forth"));
      for (const name of event.unhealthy) {
        const before = results.get(name);
        if (before !== undefined) await keep({ ...before, status: "failed", error: eventErrorOf(sickInSoak) });
      }
      return event;
    },
    async askApproval(lane, stage, because) {
      if (approve === undefined || !(await approve(because))) return undefined;
      return { type: "approved", lane, stage, by: operator };
    },
    tell: (level, text) => recorder.record(rolloutTold(level, text)),
  };
}

type HostExecution = Execution & Pick<StepContext, "activation" | "windowWaitEndsMs">;

interface Performed {
  readonly result: HostResult;
  /** The host runs something else than before, be it well or not. */
  readonly changed: boolean;
}

async function perform(plan: Plan, host: PlanHost, execution: HostExecution): Promise<Performed> {
  const { clock } = execution;
  const startedAt = clock.now();
  const elapsed = (): number => clock.now() - startedAt;
  const leaveLine = announceReboot(host, execution);
  try {
    const session = await sessionFor(host, execution);
    if ("error" in session) return { result: failedResult(host, session.error, elapsed()), changed: false };
    const outcome = await runHost(host, plan.verb, { ...execution, session: session.value });
    return performed(host, outcome, elapsed());
  } finally {
    leaveLine();
  }
}

/** Hosts that are started together get slots by what they owe, not by how fast they answer. Who has other things to do first comes later. */
function announceReboot({ name, steps: [first] }: PlanHost, { rebootSlots }: HostExecution): () => void {
  return first?.kind === "reboot" ? rebootSlots.announce(name, first.budgets, first) : () => undefined;
}

const performed = (host: PlanHost, outcome: StepOutcome, ms: number): Performed => ({
  result: resultOfOutcome(host, outcome, ms),
  changed: outcome.kind === "done" || (outcome.kind === "failed" && outcome.changed === true),
});

/** What became of a host that an earlier process left in flight. */
async function recover(
  plan: Plan,
  host: PlanHost,
  execution: HostExecution,
  { keep, mayStartAgain }: { readonly keep: (result: HostResult) => Promise<void>; readonly mayStartAgain: boolean },
): Promise<RolloutEvent> {
  const { clock } = execution;
  const startedAt = clock.now();
  const recovered = await onceUp(host, { clock, signal: execution.interruption.detached }, async () => {
    const session = await sessionFor(host, execution, "anew");
    if ("error" in session) return { kind: "failed", error: session.error };
    return recoverHost(host, plan.verb, { ...execution, session: session.value }, mayStartAgain);
  });
  const elapsed = clock.now() - startedAt;
  if (recovered.kind !== "unconfirmed") {
    const { result, changed } = performed(host, recovered, elapsed);
    await keep(result);
    return finished(result, changed);
  }
  if (mayStartAgain) return { type: "host-started", host: host.name };
  await keep(failedResult(host, recovered.error, elapsed));
  // Nothing was wrong with the host: it has its turn when the run goes on.
  return { type: "host-finished", host: host.name, status: "not_started", healthy: false, changed: false };
}

const finished = ({ name, status }: HostResult, changed: boolean): RolloutEvent => ({
  type: "host-finished",
  host: name,
  status,
  healthy: status === "changed" || status === "unchanged",
  changed,
});

/** Undefined when the host is back on what it ran before the plan. */
async function rollBack(host: PlanHost, execution: HostExecution): Promise<Failure | undefined> {
  const session = await sessionFor(host, execution);
  if ("error" in session) return session.error;
  return rollBackHost(host, { ...execution, session: session.value });
}

/** A look at hosts that soak; whoever cannot be asked is not healthy. */
async function checkHealth(
  lane: string,
  hosts: readonly PlanHost[],
  execution: HostExecution,
): Promise<Extract<RolloutEvent, { type: "health-checked" }>> {
  const unwell = await Promise.all(
    hosts.map(async (host) => {
      const session = await sessionFor(host, execution);
      if ("error" in session) return host.name;
      return (await isWellInSoak(host, { ...execution, session: session.value })) ? undefined : host.name;
    }),
  );
  return { type: "health-checked", lane, unhealthy: unwell.filter((name) => name !== undefined) };
}

const forwardOnly = failure("os/forward-only", "packages and reboots go forward only: the host stays as it is");
const sickInSoak = failure("host/unhealthy", "the host turned unhealthy while its stage soaked");

async function sessionFor(
  host: PlanHost,
  { fleet, hosts, interruption }: Execution,
  how: "session" | "anew" = "session",
): Promise<{ value: HostSession } | { error: Failure }> {
  const resolved = hosts.get(hostNameOf(host));
  if (resolved === undefined) {
    return {
      error: failure("plan/unknown-host", "the plan names a host that the inventory does not have", {
        next: "plan again with the present inventory",
      }),
    };
  }
  const session = await fleet[how](resolved, interruption.detached);
  return session.ok ? { value: session.value } : { error: session.error };
}

const lossOf = ({ lost }: Execution): Failure | undefined => (lost.aborted ? (lost.reason as Failure) : undefined);

function endOf({ outcome }: RolloutState): RolloutEnd {
  if (outcome === null || outcome.kind === "not-begun") throw new Error("a rollout that was driven has an outcome");
  return outcome.kind;
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
