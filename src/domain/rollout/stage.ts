/** A lane's way from stage to stage. */
import { stageAt } from "./admission.ts";
import { type Draft, isDone, laneAt, markOf } from "./draft.ts";
import { proceedWithSoak, soaks } from "./soak.ts";
import { laneOf, stageWords } from "./words.ts";

/** Stands the lane at a stage, with everything counted anew. */
export function enterStage(draft: Draft, lane: number, stage: number): void {
  const work = laneAt(draft, lane);
  const ranks = stageAt(draft, lane, stage)?.ranks ?? [];
  work.stage = stage;
  work.left = ranks.filter((rank) => !isDone(markOf(draft, rank).phase)).length;
  work.turned = 0;
  work.cursors = (stageAt(draft, lane, stage)?.queues ?? []).map(() => 0);
  work.soak = null;
  work.asked = false;
  work.told = "nothing";
}

/** Goes on as far as it can: past stages whose hosts all had their turn, through their soak, up to a gate. */
export function advanceLane(draft: Draft, lane: number): void {
  const work = laneAt(draft, lane);
  while (!isThrough(draft, lane) && work.left === 0 && work.inFlight === 0) {
    if (soaks(draft, lane)) {
      proceedWithSoak(draft, lane);
      return;
    }
    passStage(draft, lane);
  }
  if (!isThrough(draft, lane) && work.left > 0 && !isGateOpen(draft, lane)) askOnce(draft, lane);
}

export function isThrough(draft: Draft, lane: number): boolean {
  return laneAt(draft, lane).stage >= laneOf(draft.state.rollout, lane).stages.length;
}

/** Whether hosts of the lane's stage may start as far as approvals are concerned. */
export function isGateOpen(draft: Draft, lane: number): boolean {
  const { stage, passed, approved } = laneAt(draft, lane);
  const { pace, stages } = laneOf(draft.state.rollout, lane);
  if (stage === 0 || stage < passed || stage <= approved) return true;
  if (pace.approval === "none") return true;
  return pace.approval === "after-canary" && stages[stage - 1]?.canary !== true;
}

function passStage(draft: Draft, lane: number): void {
  const work = laneAt(draft, lane);
  work.passed = Math.max(work.passed, work.stage + 1);
  enterStage(draft, lane, work.stage + 1);
}

function askOnce(draft: Draft, lane: number): void {
  const work = laneAt(draft, lane);
  const { approvalWaitEndsMs } = draft.state;
  if (work.asked || (approvalWaitEndsMs !== null && approvalWaitEndsMs <= draft.nowMs)) return;
  work.asked = true;
  const { name } = laneOf(draft.state.rollout, lane);
  const because = `${stageWords(draft.state.rollout, lane, work.stage)} waits for an approval`;
  draft.commands.push({ type: "ask-approval", lane: name, stage: work.stage, because });
}
