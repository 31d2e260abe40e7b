/** What follows from the facts: halts, new stages, hosts to start, and how long to wait for what comes next. */
import { durationText } from "../inventory/duration.ts";
import { areBudgetsFree, firstAdmitted, heads } from "./admission.ts";
import { type Draft, hostAt, isStopped, laneAt, mark } from "./draft.ts";
import { halt, startRollbacks } from "./halt.ts";
import { finishIfIdle } from "./outcome.ts";
import { advanceLane, isGateOpen, isThrough } from "./stage.ts";
import { tellBegin, tellWaits } from "./tell.ts";
import { askToBeWoken } from "./wake.ts";
import { laneOf, stageWords } from "./words.ts";

export function advance(draft: Draft): void {
  const { state } = draft;
  if (state.outcome !== null) return;
  if (state.interruption !== "detach") {
    haltWithoutProgress(draft);
    if (!isStopped(draft)) for (const lane of state.lanes.keys()) advanceLane(draft, lane);
    startRollbacks(draft);
    startHosts(draft);
    haltWithoutBudget(draft);
    startRollbacks(draft);
  }
  finishIfIdle(draft);
  tellWaits(draft);
  askToBeWoken(draft);
}

function haltWithoutProgress(draft: Draft): void {
  for (const [at, lane] of draft.state.lanes.entries()) {
    const { progressDeadlineMs } = laneOf(draft.state.rollout, at).pace;
    if (progressDeadlineMs === null || lane.inFlight === 0) continue;
    if (draft.nowMs - lane.progressAtMs < progressDeadlineMs) continue;
    const because = `no host turned healthy for ${durationText(progressDeadlineMs)}`;
    halt(draft, { cause: "no-progress", lane: at, stage: lane.stage, because });
  }
}

/** One host of each lane in turn, so that no lane takes all the room. */
function startHosts(draft: Draft): void {
  const { state } = draft;
  let started = !isStopped(draft);
  while (started) {
    started = false;
    for (const lane of state.lanes.keys()) {
      if (state.inFlight < state.rollout.maxParallel && startOne(draft, lane)) started = true;
    }
  }
}

function startOne(draft: Draft, at: number): boolean {
  const lane = laneAt(draft, at);
  const { pace } = laneOf(draft.state.rollout, at);
  const room = pace.slowStart ? Math.min(pace.maxParallel, lane.allowance) : pace.maxParallel;
  if (lane.inFlight >= room || lane.left === 0 || !isGateOpen(draft, at)) return false;
  const rank = firstAdmitted(draft, at);
  if (rank === undefined) return false;
  tellBegin(draft, at);
  mark(draft, rank, { phase: "starting" });
  const because = stageWords(draft.state.rollout, at, lane.stage);
  draft.commands.push({ type: "start", host: hostAt(draft, rank).name, because });
  return true;
}

/** Failed hosts keep their slots. Where only they stand in the way, waiting would have no end. */
function haltWithoutBudget(draft: Draft): void {
  const { state } = draft;
  if (isStopped(draft) || state.inFlight > 0) return;
  const waiting = [...state.lanes.keys()].filter((lane) => !isThrough(draft, lane));
  for (const lane of waiting) {
    if (laneAt(draft, lane).left === 0 || !isGateOpen(draft, lane)) return;
  }
  const blocked = waiting.flatMap((lane) => heads(draft, lane).map(({ queue }) => ({ lane, budgets: queue.budgets })));
  const [first] = blocked;
  // A host that a budget admits waits for its window; one that none admits would find it full in every window.
  if (first === undefined || blocked.some(({ budgets }) => areBudgetsFree(draft, budgets))) return;
  const full = first.budgets.find((budget) => !areBudgetsFree(draft, [budget]));
  const budget = state.rollout.budgets[full ?? -1];
  if (budget === undefined) throw new Error("a full budget is not in the rollout");
  const because = `all ${budget.max} of the budget of ${budget.name} taken by hosts that are not healthy`;
  halt(draft, { cause: "budget", lane: first.lane, stage: laneAt(draft, first.lane).stage, because });
}
