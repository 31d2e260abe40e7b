/** One host's part of a plan: lock, look again, do each step, release. Decides nothing. */
import { parseStorePath, type StorePath } from "../domain/ids.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { phaseEnded, phaseStarted } from "../domain/outcome/event-bodies.ts";
import type { Phase } from "../domain/outcome/events.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { unreachable } from "../domain/outcome/unreachable.ts";
import type { PlanHost, Step } from "../domain/plan/plan.ts";
import { precheck, staleFailure } from "../domain/plan/precheck.ts";
import { aroundChange } from "./apply-hooks.ts";
import { activate } from "./handlers/activate.ts";
import { copyClosure } from "./handlers/copy.ts";
import { updateOs } from "./handlers/os-update.ts";
import { installProgram } from "./handlers/program.ts";
import { rebootHost } from "./handlers/reboot.ts";
import { runOnHost } from "./handlers/run.ts";
import { deliverSecrets } from "./handlers/secrets.ts";
import { holdLock } from "./host-lock.ts";
import { observe } from "./observe.ts";
import type { StepContext } from "./step-context.ts";
import type { StepOutcome } from "./step-outcome.ts";

export async function runHost(plan: PlanHost, verb: string, context: StepContext): Promise<StepOutcome> {
  if (plan.steps.every((step) => step.kind === "run")) return runSteps(plan, undefined, context);
  const [program, ...rest] = plan.steps;
  return program?.kind === "program"
    ? withProgram(program, { ...plan, steps: rest }, verb, context)
    : runLocked(plan, verb, context);
}

/** Before the lock: what the host has may not understand how this version asks for one. */
async function withProgram(program: Step, rest: PlanHost, verb: string, context: StepContext): Promise<StepOutcome> {
  const facts = await observe(context.session, context.interruption.detached);
  if (!facts.ok) return { kind: "failed", error: facts.error };
  const installed = await runSteps({ ...rest, steps: [program] }, facts.value, context);
  if (installed.kind === "failed" || installed.kind === "unknown" || rest.steps.length === 0) return installed;
  return worthTelling(installed, await runLocked(rest, verb, context));
}

async function runLocked(plan: PlanHost, verb: string, context: StepContext): Promise<StepOutcome> {
  const { session, recorder, operator, interruption } = context;
  const lock = await inPhase("lock", context, () =>
    holdLock(
      session,
      { run: recorder.run, owner: operator, reason: verb, system: kept(plan) },
      context,
      interruption.detached,
    ),
  );
  if (!lock.ok) return { kind: "failed", error: lock.error };
  try {
    const facts = await observe(session, interruption.detached);
    if (!facts.ok) return { kind: "failed", error: facts.error };
    return await aroundChange(plan, verb, facts.value, context, () => runSteps(plan, facts.value, context));
  } finally {
    await lock.value.release();
  }
}

/** What garbage collection must leave alone from the copy on. A description has its system in its closure. */
function kept(plan: PlanHost): StorePath | null {
  const described = plan.steps.find((step) => step.kind === "copy")?.description;
  return parseStorePath(described ?? plan.to?.system ?? "") ?? null;
}

async function runSteps(plan: PlanHost, facts: HostFacts | undefined, context: StepContext): Promise<StepOutcome> {
  let last: StepOutcome = { kind: "already-done" };
  for (const step of plan.steps) {
    last = worthTelling(last, await runStep(step, facts, context));
    if (last.kind === "failed") return { ...last, at: step.kind };
    if (last.kind === "unknown") return last;
  }
  return last;
}

async function runStep(step: Step, facts: HostFacts | undefined, context: StepContext): Promise<StepOutcome> {
  if (facts !== undefined) {
    const check = precheck(step, facts);
    if (check.kind === "already-done") return check;
    if (check.kind === "drifted") return { kind: "failed", error: staleFailure(context.session.host.name, check) };
  }
  const known = facts === undefined ? context : { ...context, before: facts };
  return inStepPhase(step, known, () => handle(step, known));
}

/** One step as the phase that it is, with its begin and its end. */
export async function inStepPhase(
  step: Step,
  { recorder, clock, session }: StepContext,
  work: () => Promise<StepOutcome>,
): Promise<StepOutcome> {
  const host = session.host.name;
  const phase = phaseOf(step);
  await recorder.record(phaseStarted(phase, host));
  const startedAt = clock.now();
  const outcome = await work();
  const error = outcome.kind === "failed" || outcome.kind === "unknown" ? { error: outcome.error } : {};
  await recorder.record(phaseEnded(phase, { host, ms: clock.now() - startedAt, ...error }));
  return outcome;
}

function handle(step: Step, context: StepContext): Promise<StepOutcome> {
  switch (step.kind) {
    case "program":
      return installProgram(step, context);
    case "copy":
      return copyClosure(step, context);
    case "secrets":
      return deliverSecrets(step, context);
    case "activate":
    case "remove":
      return activate(step, context);
    case "run":
      return runOnHost(step, context);
    case "os-update":
      return updateOs(step, context);
    case "reboot":
      return rebootHost(step, context);
    default:
      return unreachable(step);
  }
}

function phaseOf(step: Step): Phase {
  switch (step.kind) {
    case "program":
      return "program";
    case "copy":
      return "copy";
    case "secrets":
      return "secrets";
    case "activate":
    case "remove":
      return "activate";
    case "run":
      return "task";
    case "os-update":
    case "reboot":
      return step.kind;
    default:
      return unreachable(step);
  }
}

/** A host is "already done" only when all its steps were. */
export const worthTelling = (before: StepOutcome, now: StepOutcome): StepOutcome =>
  now.kind === "already-done" && before.kind === "done" ? before : now;

async function inPhase<T extends { readonly ok: true } | { readonly ok: false; readonly error: Failure }>(
  phase: Phase,
  { session, recorder, clock }: StepContext,
  work: () => Promise<T>,
): Promise<T> {
  const host = session.host.name;
  await recorder.record(phaseStarted(phase, host));
  const startedAt = clock.now();
  const result = await work();
  const error = result.ok ? {} : { error: result.error };
  await recorder.record(phaseEnded(phase, { host, ms: clock.now() - startedAt, ...error }));
  return result;
}
