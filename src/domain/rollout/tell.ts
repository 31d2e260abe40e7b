/** What is said of a stage: that it begins, with its first host and not before, or what it waits for until then. */
import { heads, stageAt } from "./admission.ts";
import { type Draft, hostAt, isStopped, laneAt } from "./draft.ts";
import { bindingWords } from "./situation.ts";
import { isGateOpen, isThrough } from "./stage.ts";
import { countWords, laneOf, stageWords } from "./words.ts";

/** A lane of one stage has no borders to tell of. */
export function tellBegin(draft: Draft, lane: number): void {
  const work = laneAt(draft, lane);
  const { rollout } = draft.state;
  if (work.told === "begins") return;
  work.told = "begins";
  if (laneOf(rollout, lane).stages.length === 1) return;
  const verb = work.left === stageAt(draft, lane, work.stage)?.ranks.length ? "begins" : "goes on";
  tell(draft, `${stageWords(rollout, lane, work.stage)} ${verb} with ${countWords(work.left, "host")}`);
}

/** Told once a stage, when nobody of the lane is at work and time, or another lane, has to bring the next start. */
export function tellWaits(draft: Draft): void {
  const { state } = draft;
  if (state.outcome !== null || isStopped(draft) || state.inFlight >= state.rollout.maxParallel) return;
  for (const [lane, work] of state.lanes.entries()) {
    if (isThrough(draft, lane) || !isGateOpen(draft, lane) || work.inFlight > 0 || work.told === "waits") continue;
    const [head] = heads(draft, lane);
    if (head === undefined) continue;
    laneAt(draft, lane).told = "waits";
    tell(
      draft,
      `${stageWords(state.rollout, lane, work.stage)} ${bindingWords(draft, head.rank, hostAt(draft, head.rank))}`,
    );
  }
}

const tell = (draft: Draft, because: string): number => draft.commands.push({ type: "tell", level: "info", because });
