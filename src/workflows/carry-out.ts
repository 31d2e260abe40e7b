/** From a plan to results: show, ask, sign, execute, conclude. The same path for every verb and for plan files. */
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { diagnosed, planMade } from "../domain/outcome/event-bodies.ts";
import type { ExitCode } from "../domain/outcome/exit-codes.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { Patience } from "../domain/rollout/patience.ts";
import { type Course, fromTheBeginning } from "../engine/course.ts";
import type { EarlyCopies } from "../engine/early-copies.ts";
import { executePlan } from "../engine/execute-plan.ts";
import { resultsNotStarted } from "../engine/host-result.ts";
import { afterRollout, beforeRollout } from "../engine/rollout-hooks.ts";
import { keepLock } from "./keep-lock.ts";
import { systemsOf } from "./plan.ts";
import { concludeRun, type Frame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";
import type { Ownership } from "./under-leases.ts";

/** A run does not sit and wait for a window: it ends as paused, and is run again. */
export const NO_PATIENCE: Patience = { windowPatienceMs: 0, approvalPatienceMs: 0 };

/** What the operator has to say while a plan is carried out. */
export interface Consent {
  /** The operator agreed to whatever the plan will be; only what is of use in any case is done on the strength of it. */
  readonly beforehand?: boolean;
  /** Asks the operator; not asked when nothing would change. */
  readonly confirm: (plan: Plan) => Promise<Result<boolean>>;
  /** Asks the operator whether the next stage may begin; left out when nobody can be asked. */
  readonly approve?: (because: string) => Promise<boolean>;
  /** How long to wait for a window or an approval; left out, the run pauses at once. */
  readonly patience?: Patience;
}

export interface CarryOut extends Consent {
  readonly plan: Plan;
  readonly hosts: readonly ResolvedHost[];
  readonly ownership: Ownership;
  /** Closures that are on their way already. */
  readonly early?: EarlyCopies;
}

export async function carryOut(
  { plan, hosts, ownership, early, confirm, approve, patience = NO_PATIENCE }: CarryOut,
  frame: Frame,
  tools: Tools,
): Promise<Result<ExitCode, readonly Failure[]>> {
  const saved = await frame.savePlan(plan);
  if (!saved.ok) return err([saved.error]);
  await frame.recorder.record(planMade(plan.id, plan.hosts.length, plan.summary.change));
  if (plan.summary.change > 0) {
    const agreed = await tools.audience.whileAsking(() => confirm(plan));
    if (!agreed.ok) return err([agreed.error]);
    if (!agreed.value) return ok(await concludeRun(frame, resultsNotStarted(plan), tools));
    const signed = await signClosures(plan, tools);
    if (!signed.ok) return err([signed.error]);
  }
  const work = { plan, hosts, ownership, early, course: fromTheBeginning(patience, frame.keep), approve };
  return execute(work, frame, tools);
}

/** The part that a resumed run has in common with one that begins. Fails when a hook that stands before it does. */
export async function execute(
  {
    plan,
    hosts,
    ownership,
    early,
    course,
    approve,
  }: Pick<CarryOut, "plan" | "hosts" | "ownership"> & {
    readonly early?: EarlyCopies | undefined;
    readonly course: Course;
    readonly approve: Consent["approve"];
  },
  frame: Frame,
  tools: Tools,
): Promise<Result<ExitCode, readonly Failure[]>> {
  const around = { ...tools, recorder: frame.recorder };
  const before = await beforeRollout(plan, around);
  if (!before.ok) return err([before.error]);
  const executed = await executePlan(plan, {
    ...tools,
    ...ownership,
    fleet: frame.fleet,
    recorder: frame.recorder,
    hosts: new Map<HostName, ResolvedHost>(hosts.map((host) => [host.name, host])),
    revision: plan.inputs.revision,
    course,
    ...(early === undefined ? {} : { early }),
    ...(approve === undefined
      ? {}
      : { approve: (because: string) => tools.audience.whileAsking(() => approve(because)) }),
  });
  const { results, halted, rollout } = executed;
  await early?.end();
  await keepLock(plan, results, around);
  if (halted !== undefined) await frame.recorder.record(diagnosed(halted, "warn"));
  await afterRollout(plan, executed, around);
  return ok(await concludeRun(frame, results, tools, { rollout, ...(halted === undefined ? {} : { halted }) }));
}

/** Only what will be copied: closures of a rollback lie on their hosts, signed once already. */
async function signClosures(plan: Plan, { builder, interruption }: Tools): Promise<Result<void>> {
  const copies = plan.hosts.some((host) => host.steps.some((step) => step.kind === "copy"));
  return copies ? builder.sign(systemsOf(plan), interruption.draining) : ok(undefined);
}
