/**
 * A host that was in flight when an earlier process ended: the host is asked what became of what was begun, which is followed to its
 * end, never begun twice; what was not begun is done now.
 */

import { type Begun, begunIn } from "../domain/host/begun.ts";
import { begunCommand, releaseLockCommand } from "../domain/host/verbs.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { ok, type Result } from "../domain/outcome/result.ts";
import type { PlanHost, Step } from "../domain/plan/plan.ts";
import { afterChange } from "./apply-hooks.ts";
import { askRecords } from "./ask-records.ts";
import { activate } from "./handlers/activate.ts";
import { updateOs } from "./handlers/os-update.ts";
import { followReboot } from "./handlers/reboot.ts";
import { observe } from "./observe.ts";
import { inStepPhase, runHost, worthTelling } from "./run-host.ts";
import type { StepContext } from "./step-context.ts";
import type { StepOutcome } from "./step-outcome.ts";

const ASK_TIMEOUT_MS = 30_000;

export type Recovered =
  | StepOutcome
  /** The host went back only because nobody was there to confirm: nothing speaks against another try. */
  | { readonly kind: "unconfirmed"; readonly error: Failure };

export async function recoverHost(
  plan: PlanHost,
  verb: string,
  context: StepContext,
  mayStartAgain: boolean,
): Promise<Recovered> {
  const host = context.session.host.name;
  if (plan.steps.some((step) => step.kind === "run")) return { kind: "unknown", error: { ...unseen, host } };
  const known = await withFacts(context);
  if (!known.ok) return { kind: "failed", error: { ...known.error, host } };
  return recoverKnownHost(plan, verb, known.value, mayStartAgain);
}

async function recoverKnownHost(
  plan: PlanHost,
  verb: string,
  context: StepContext,
  mayStartAgain: boolean,
): Promise<Recovered> {
  const host = context.session.host.name;
  const begun = await askBegun(context);
  if (!begun.ok) return { kind: "failed", error: { ...begun.error, host } };
  if (begun.value.activate === "unconfirmed") {
    const error = { ...unconfirmed, host };
    if (!mayStartAgain) await afterChange(plan, verb, { kind: "failed", error, at: "activate" }, context);
    return { kind: "unconfirmed", error };
  }
  const last = plan.steps.findLastIndex((step) => followerOf(step, begun.value, context) !== undefined);
  const step = plan.steps[last];
  if (step === undefined) return runHost(plan, verb, context);
  const outcome = await followStep(step, begun.value, context);
  const steps = plan.steps.slice(last + 1);
  if (steps.length > 0 && outcome.kind !== "failed" && outcome.kind !== "unknown") {
    return worthTelling(outcome, await runHost({ ...plan, steps }, verb, context));
  }
  const concluded = await afterChange(plan, verb, outcome, context);
  await releaseLock(context);
  return concluded;
}

/** Follows an activation of this name that an earlier process began; undefined when there is none. */
export async function followIfBegun(step: Step, left: StepContext): Promise<StepOutcome | undefined> {
  const known = await withFacts(left);
  if (!known.ok) return { kind: "failed", error: known.error };
  const context = known.value;
  const begun = await askBegun(context);
  if (!begun.ok) return { kind: "failed", error: begun.error };
  if (followerOf(step, begun.value, context) === undefined) return undefined;
  const outcome = await followStep(step, begun.value, context);
  await releaseLock(context);
  return outcome;
}

/** The host as it is now. Which units had failed before the run is no longer known. */
async function withFacts(context: StepContext): Promise<Result<StepContext>> {
  const facts = await observe(context.session, context.interruption.detached);
  if (!facts.ok) return facts;
  const failedUnits = { kind: "unknown", reason: "the run was at work already" } as const;
  return ok({ ...context, before: { ...facts.value, failedUnits } });
}

async function askBegun({ session, activation, interruption }: StepContext): Promise<Result<Begun>> {
  const options = { timeoutMs: ASK_TIMEOUT_MS, signal: interruption.detached };
  const records = await askRecords(session, begunCommand(activation), options);
  return records.ok ? begunIn(records.value) : records;
}

async function followStep(step: Step, begun: Begun, context: StepContext): Promise<StepOutcome> {
  const follow = followerOf(step, begun, context);
  if (follow === undefined) throw new Error(`the host did not begin ${step.id}`);
  const outcome = await inStepPhase(step, context, follow);
  return outcome.kind === "failed" ? { ...outcome, at: step.kind } : outcome;
}

/** Undefined for what the host did not begin. Activations and updates are asked for as at first: the host then only tells of them. */
function followerOf(step: Step, begun: Begun, context: StepContext): (() => Promise<StepOutcome>) | undefined {
  const { rebootFrom } = begun;
  if (step.kind === "activate" || step.kind === "remove") {
    return begun.activate === undefined ? undefined : () => activate(step, context);
  }
  if (step.kind === "os-update") return begun.osUpdate === true ? () => updateOs(step, context) : undefined;
  if (step.kind !== "reboot" || rebootFrom === undefined) return undefined;
  return () => followReboot(step, rebootFrom, context);
}

/** The earlier process left it; where another run has it by now nothing happens. */
async function releaseLock({ session, recorder }: StepContext): Promise<void> {
  const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
  await session.ask(releaseLockCommand(recorder.run), { timeoutMs: ASK_TIMEOUT_MS, signal });
}

const unseen = failure("host/unseen", "nobody saw how the command ended here: the process that ran it ended first");

const unconfirmed = failure("host/rolled-back", "the host went back, since nobody was there to confirm the change", {
  next: "nixfleet runs resume starts it once more",
});
