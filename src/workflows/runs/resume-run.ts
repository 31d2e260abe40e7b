/** `nixfleet runs resume` and `attach`: goes on where a run was left, with the same hosts, the same plan and the same id. */
import type { RunId } from "../../domain/ids.ts";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { planMade } from "../../domain/outcome/event-bodies.ts";
import type { HostResult, RunEvent } from "../../domain/outcome/events.ts";
import { err } from "../../domain/outcome/result.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import { verifyPlan } from "../../domain/plan/verify.ts";
import type { JournalEntry, RolloutEvent } from "../../domain/rollout/event.ts";
import { progressOf } from "../../domain/rollout/progress.ts";
import type { RolloutState } from "../../domain/rollout/state.ts";
import { countWords } from "../../domain/rollout/words.ts";
import { type Consent, execute, NO_PATIENCE } from "../carry-out.ts";
import { inResumedFrame, type Outcome } from "../run-frame.ts";
import type { Tools } from "../tools.ts";
import { hostsThatChange, underLeases } from "../under-leases.ts";
import { type Resumable, resumable } from "./resumable.ts";

export interface ResumeRequest {
  readonly run: RunId;
  readonly inventory: Inventory;
  /** What becomes of a halt; see the rollout's event "resumed". */
  readonly lift: "no" | "continue" | "retry-failed";
  /** Opens the gates at which the run paused. */
  readonly approved: boolean;
  /** Nobody starts; hosts in flight come to their end. */
  readonly onlyInFlight: boolean;
}

export async function resumeRun(
  request: ResumeRequest,
  { approve, patience = NO_PATIENCE }: Omit<Consent, "confirm">,
  tools: Tools,
): Promise<Outcome> {
  const { run, inventory } = request;
  const looked = await tools.journal.read(run);
  if (!looked.ok) return err([looked.error]);
  const before = resumable(looked.value, request);
  if (!before.ok) return err([before.error]);
  const problems = verifyPlan(before.value.plan, { inventory });
  if (problems.length > 0) return err(problems);
  return inResumedFrame(run, tools, async (frame, reading) => {
    // Somebody may have gone on with the run, and left it again, in between.
    const now = resumable(reading, request);
    if (!now.ok) return err([now.error]);
    const { plan, state } = now.value;
    return underLeases(ownedBy(plan, inventory), frame, tools, async (ownership) => {
      tools.audience.note(progressWords(run, state));
      await frame.recorder.record(planMade(plan.id, plan.hosts.length, plan.summary.change));
      const course = {
        earlier: reading.rollout,
        results: resultsUpTo(reading.rollout, reading.events, now.value),
        opening: openingOf(request, state, patience, tools.operator),
        patience,
        keep: frame.keep,
      };
      return execute({ plan, hosts: inventory.hosts, ownership, course, approve }, frame, tools);
    });
  });
}

/** Commands of somebody need no leases. */
function ownedBy(plan: Plan, inventory: Inventory) {
  return { hosts: plan.verb === "run" ? [] : hostsThatChange(plan, inventory), inventory, verb: plan.verb };
}

function progressWords(run: RunId, state: RolloutState): string {
  const { done, inFlight, left } = progressOf(state);
  return `going on with run ${run}: ${countWords(done, "host")} done, ${inFlight} in flight, ${left} to start`;
}

function openingOf(
  { lift, approved, onlyInFlight }: ResumeRequest,
  { outcome }: RolloutState,
  patience: NonNullable<Consent["patience"]>,
  by: string,
): RolloutEvent[] {
  const gates = approved && outcome?.kind === "paused" ? outcome.gates : [];
  // First the approvals: without them the rollout would come to rest again at once.
  return [
    ...gates.map(({ lane, stage }): RolloutEvent => ({ type: "approved", lane, stage, by })),
    { type: "resumed", ...patience, lift, ...(onlyInFlight ? { only: "in-flight" as const } : {}) },
  ];
}

/** The latest results of hosts that had their turn, and of those that the plan does not touch. */
function resultsUpTo(
  entries: readonly JournalEntry[],
  events: readonly RunEvent[],
  { plan }: Resumable,
): readonly HostResult[] {
  const had = new Set(plan.hosts.filter(({ action }) => action !== "change").map(({ name }) => name as string));
  for (const { event } of entries) {
    if (event.type === "host-finished") had.add(event.host);
    if (event.type === "host-started") had.delete(event.host);
  }
  const results = new Map<string, HostResult>();
  for (const event of events) if (event.type === "host_result") results.set(event.host, event.result);
  return [...results.values()].filter(({ name }) => had.has(name));
}
