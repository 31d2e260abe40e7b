/** Going on after a process ended, after a pause, or after a halt that a person lifts. */
import { type Draft, hostAt, isDone, mark, markOf } from "./draft.ts";
import type { RolloutEvent } from "./event.ts";
import { setPatience } from "./patience.ts";
import { enterStage } from "./stage.ts";
import type { HostPhase } from "./state.ts";

type Resumed = Extract<RolloutEvent, { readonly type: "resumed" }>;

export function resume(draft: Draft, event: Resumed): void {
  const { state } = draft;
  state.outcome = null;
  state.interruption = event.only === "in-flight" ? "drain" : "none";
  state.wakeAtMs = null;
  setPatience(draft, event);
  // What was only held may be possible by now.
  if (event.lift !== "no" || state.halt?.cause === "held") liftHalt(draft);
  for (const rank of state.rollout.order.keys()) takeUp(draft, rank, event.lift === "retry-failed");
  for (const lane of state.lanes.keys()) takeUpLane(draft, lane);
}

function liftHalt(draft: Draft): void {
  const { state } = draft;
  state.halt = null;
  for (const lane of state.lanes) {
    lane.failures = 0;
    lane.unreachable = 0;
    lane.consecutive = 0;
  }
  // Failed hosts still go back, healthy ones need not any more.
  for (const rank of state.rollbacks.slice(state.rollbacksTaken)) {
    if (markOf(draft, rank).phase === "healthy") mark(draft, rank, { queued: false });
  }
}

function takeUp(draft: Draft, rank: number, retry: boolean): void {
  const { name: host } = hostAt(draft, rank);
  const { phase } = markOf(draft, rank);
  // The start of a host that is "starting" was told and not recorded, so nothing was done to it.
  if (phase === "starting" || phase === "set-aside") mark(draft, rank, { phase: "pending" });
  else if (phase === "running") {
    draft.commands.push({ type: "recover", host, because: "it was in flight when the run was left" });
  } else if (phase === "rolling-back") {
    draft.commands.push({ type: "roll-back", host, because: "it was on its way back when the run was left" });
  } else if (retry && didNotWork.includes(phase)) {
    mark(draft, rank, { phase: "pending", queued: false });
  }
}

const didNotWork: readonly HostPhase[] = ["failed", "unreachable", "rolled-back"];

/** Stands the lane at its first stage with a host that did not have its turn; a soak goes on where it was. */
function takeUpLane(draft: Draft, at: number): void {
  const lane = draft.state.lanes[at];
  if (lane === undefined) return;
  const stages = draft.index.stages[at] ?? [];
  const first = stages.findIndex(({ ranks }) => ranks.some((rank) => !isDone(markOf(draft, rank).phase)));
  const { turned, soak } = lane;
  const stage = first === -1 ? lane.stage : Math.min(first, lane.stage);
  const stays = stage === lane.stage;
  enterStage(draft, at, stage);
  lane.progressAtMs = draft.nowMs;
  if (!stays) return;
  lane.turned = turned;
  if (soak !== null && lane.left === 0) lane.soak = { ...soak, nextCheckAtMs: draft.nowMs, checking: "no" };
}
