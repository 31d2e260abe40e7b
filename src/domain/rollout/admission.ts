/** Which host may start now: windows, budgets, and the order of rank. */
import { nextCommonStart } from "../windows/calendar.ts";
import { type Draft, laneAt, markOf } from "./draft.ts";
import type { IndexedStage, Queue } from "./fleet-index.ts";
import type { AdmissionView } from "./state.ts";

/** The host of the lane's stage that comes first among those that may start now. */
export function firstAdmitted(draft: Draft, lane: number): number | undefined {
  let first: number | undefined;
  for (const { rank, queue } of heads(draft, lane)) {
    if (first !== undefined && first < rank) continue;
    if (isWindowOpen(draft, queue) && areBudgetsFree(draft, queue.budgets)) first = rank;
  }
  return first;
}

export interface QueueHead {
  readonly queue: Queue;
  readonly rank: number;
}

/** The first pending host of each queue of the lane's stage. */
export function heads(draft: Draft, lane: number): QueueHead[] {
  const { stage, cursors } = laneAt(draft, lane);
  const queues = stageAt(draft, lane, stage)?.queues ?? [];
  return queues.flatMap((queue, at) => {
    let cursor = cursors[at] ?? 0;
    // Hosts only turn pending again at a resume, which starts all cursors anew.
    while (cursor < queue.ranks.length && markOf(draft, queue.ranks[cursor] ?? 0).phase !== "pending") cursor += 1;
    cursors[at] = cursor;
    const rank = queue.ranks[cursor];
    return rank === undefined ? [] : [{ queue, rank }];
  });
}

export const stageAt = ({ index }: Draft, lane: number, stage: number): IndexedStage | undefined =>
  index.stages[lane]?.[stage];

export const areBudgetsFree = ({ state }: Draft, budgets: readonly number[]): boolean =>
  budgets.every((budget) => (state.budgets[budget] ?? 0) < (state.rollout.budgets[budget]?.max ?? 0));

export function isWindowOpen(draft: Draft, { admission }: Queue): boolean {
  if (admission === undefined) return true;
  const { opensAtMs } = viewOf(draft, admission);
  return opensAtMs !== null && opensAtMs <= draft.nowMs;
}

/** When hosts of the queue may start at the earliest; null when never. */
export const opensAt = (draft: Draft, { admission }: Queue): number | null =>
  admission === undefined ? draft.nowMs : viewOf(draft, admission).opensAtMs;

/** Calendars are dear to ask, so an answer is kept for as long as it is true. */
function viewOf(draft: Draft, admission: number): AdmissionView {
  const known = draft.state.admissions[admission] ?? null;
  if (known !== null && isTrueAt(known, draft.nowMs)) return known;
  const asked = draft.index.admissions[admission];
  if (asked === undefined) throw new Error(`the rollout has no admission ${admission}`);
  const opening = nextCommonStart(asked.calendars, draft.nowMs, asked.needMs);
  const view: AdmissionView = {
    checkedAtMs: draft.nowMs,
    opensAtMs: opening?.startMs ?? null,
    lastStartMs: opening === undefined || !Number.isFinite(opening.endMs) ? null : opening.endMs - asked.needMs,
  };
  draft.state.admissions[admission] = view;
  return view;
}

// A clock that was put back makes everything that was known doubtful.
const isTrueAt = ({ checkedAtMs, lastStartMs }: AdmissionView, nowMs: number): boolean =>
  nowMs >= checkedAtMs && (lastStartMs === null || nowMs <= lastStartMs);
