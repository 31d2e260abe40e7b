/** The hooks around a host's change: before it, after it when it went well, and when it failed. */
import type { HostFacts } from "../domain/observation/facts.ts";
import { diagnosed, phaseEnded, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { type FailureKind, failureCodes } from "../domain/outcome/failure-codes/index.ts";
import type { Result } from "../domain/outcome/result.ts";
import type { HostHooks } from "../domain/plan/hook-schema.ts";
import type { PlanHost, Step } from "../domain/plan/plan.ts";
import { precheck } from "../domain/plan/precheck.ts";
import { type HookOccasion, runHooks, type Undos, undoHooks } from "./hooks.ts";
import type { StepContext } from "./step-context.ts";
import type { StepOutcome } from "./step-outcome.ts";

interface Around {
  readonly plan: PlanHost;
  readonly verb: string;
  readonly hooks: HostHooks;
  readonly context: StepContext;
}

/** No hook runs where there is nothing to do, or where the host is no longer what the plan expects. */
export async function aroundChange(
  plan: PlanHost,
  verb: string,
  facts: HostFacts,
  context: StepContext,
  change: () => Promise<StepOutcome>,
): Promise<StepOutcome> {
  if (plan.hooks === undefined || !willAct(plan, facts)) return change();
  const around = { plan, verb, hooks: plan.hooks, context };
  const undos: Undos = [];
  const before = await stage("preApply", around, {}, undos);
  return conclude(before.ok ? await change() : failed(before.error), undos, around);
}

/** For a change that an earlier process began, and the hooks before it with it. */
export async function afterChange(
  plan: PlanHost,
  verb: string,
  changed: StepOutcome,
  context: StepContext,
): Promise<StepOutcome> {
  if (plan.hooks === undefined) return changed;
  const undos = plan.hooks.preApply.filter(({ undo }) => undo !== undefined);
  return conclude(changed, undos, { plan, verb, hooks: plan.hooks, context });
}

async function conclude(changed: StepOutcome, undos: Undos, around: Around): Promise<StepOutcome> {
  const outcome = succeeded(changed) ? await afterwards(around, changed) : changed;
  if (!succeeded(changed) && leftAlone(changed)) await takeBack(undos, around);
  if (outcome.kind === "failed" || outcome.kind === "unknown") await tellFailure(outcome.error, around);
  return outcome;
}

function willAct({ steps }: PlanHost, facts: HostFacts): boolean {
  const checks = steps.map((step) => precheck(step, facts).kind);
  return checks.includes("ready") && !checks.includes("drifted");
}

/** The change is made; a hook that finds fault with it fails the host, and the rollout decides what becomes of it. */
async function afterwards(around: Around, changed: StepOutcome): Promise<StepOutcome> {
  const after = await stage("postApply", around, { status: "changed" });
  return after.ok ? changed : { ...failed(after.error), changed: changed.kind === "done" };
}

async function stage(
  name: "preApply" | "postApply" | "onFailure",
  around: Around,
  more: Readonly<Record<string, string>>,
  undos?: Undos,
): Promise<Result<void>> {
  const { hooks, context } = around;
  const { session, recorder, clock } = context;
  const host = session.host.name;
  if (hooks[name].length === 0) return { ok: true, value: undefined };
  await recorder.record(phaseStarted("hooks", host));
  const startedAt = clock.now();
  const outcome = await runHooks(hooks[name], occasion(name, around, more), context, undos);
  const error = outcome.ok ? {} : { error: outcome.error };
  await recorder.record(phaseEnded("hooks", { host, ms: clock.now() - startedAt, ...error }));
  return outcome;
}

const occasion = (
  name: string,
  { plan, verb }: Around,
  more: Readonly<Record<string, string | null>>,
): HookOccasion => ({
  stage: name,
  phase: "hooks",
  more: { verb, from: plan.from?.system ?? null, to: plan.to?.system ?? null, ...more },
});

/** Whether the host runs what it ran before; one that is broken, or lost, stays out of service. */
function leftAlone(outcome: StepOutcome): boolean {
  if (outcome.kind !== "failed") return false;
  const { at, error } = outcome;
  const { kind } = failureCodes[error.code];
  return at === undefined || BEFORE_THE_CHANGE.has(at) || UNTOUCHED.has(error.code) || REFUSALS.has(kind);
}

const BEFORE_THE_CHANGE: ReadonlySet<Step["kind"]> = new Set<Step["kind"]>(["copy", "secrets"]);
const UNTOUCHED: ReadonlySet<string> = new Set<Failure["code"]>(["host/rolled-back", "host/conflict", "host/refused"]);
const REFUSALS: ReadonlySet<string> = new Set<FailureKind>(["stale", "locked", "paused"]);

async function takeBack(undos: Undos, around: Around): Promise<void> {
  const { context } = around;
  const host = context.session.host.name;
  if (undos.length > 0 && context.interruption.detached.aborted) {
    const commands = undos.toReversed().map(({ undo = "" }) => undo);
    const left = failure("host/hook", "hooks were not taken back, since nobody waited for them", {
      host,
      next: `run it by hand: ${commands.join("; ")}`,
    });
    await context.recorder.record(diagnosed(left, "warn"));
    return;
  }
  await undoHooks(undos, occasion("undo", around, {}), context);
}

/** Whoever only waits for another time did not fail. What goes wrong here changes nothing any more. */
async function tellFailure(error: Failure, around: Around): Promise<void> {
  const { kind } = failureCodes[error.code];
  if (kind !== "failed" && kind !== "internal" && kind !== "unreachable") return;
  const status = error.code === "host/rolled-back" ? "rolled_back" : "failed";
  const told = await stage("onFailure", around, { status, error: error.what });
  if (!told.ok) await around.context.recorder.record(diagnosed(told.error, "warn"));
}

const succeeded = ({ kind }: StepOutcome): boolean => kind === "done" || kind === "already-done";

const failed = (error: Failure): Extract<StepOutcome, { kind: "failed" }> => ({ kind: "failed", error });
