/** Halting, and putting hosts back. */

import { areBudgetsFree } from "./admission.ts";
import { type Draft, hostAt, laneAt, mark, markOf } from "./draft.ts";
import type { Halt, HostMark } from "./state.ts";
import { laneOf } from "./words.ts";

/** The first halt counts, but for one that only holds; it stays until a person lifts it. */
export function halt(draft: Draft, cause: Omit<Halt, "putBack">): void {
  const held = cause.cause === "held";
  if (draft.state.halt !== null && (held || draft.state.halt.cause !== "held")) return;
  draft.state.halt = { ...cause, putBack: 0 };
  const because = `${held ? "paused" : "halted"}: ${cause.because}`;
  draft.commands.push({ type: "tell", level: held ? "warn" : "error", because });
  // The latest first, as one undoes things.
  putBackIfHalted(draft, [...draft.state.rollout.order.keys()].reverse());
}

/** When the halt's policy goes beyond failed hosts: of these, who is changed and in its reach goes back. */
export function putBackIfHalted(draft: Draft, ranks: readonly number[]): void {
  const { halt: cause } = draft.state;
  if (cause === null || !isWide(draft, cause)) return;
  const back = ranks.filter((rank) => canGoBack(markOf(draft, rank)) && reaches(draft, cause, rank));
  const healthy = back.filter((rank) => markOf(draft, rank).phase === "healthy").length;
  draft.state.halt = { ...cause, putBack: cause.putBack + healthy };
  queueRollbacks(draft, back);
}

export function queueRollbacks(draft: Draft, ranks: readonly number[]): void {
  const added = ranks.filter((rank) => !markOf(draft, rank).queued);
  if (added.length === 0) return;
  draft.state.rollbacks = [...draft.state.rollbacks, ...added];
  for (const rank of added) mark(draft, rank, { queued: true });
}

/** Rollbacks come before new hosts and obey the same limits, except that no budget can keep the last of them from coming. */
export function startRollbacks(draft: Draft): void {
  const { state } = draft;
  for (
    let rank = state.rollbacks[state.rollbacksTaken];
    rank !== undefined;
    rank = state.rollbacks[state.rollbacksTaken]
  ) {
    if (!hasRoom(draft, rank)) return;
    state.rollbacksTaken += 1;
    startRollback(draft, rank);
  }
  state.rollbacks = [];
  state.rollbacksTaken = 0;
}

export const awaitsRollback = ({ state }: Draft): boolean => state.rollbacksTaken < state.rollbacks.length;

function startRollback(draft: Draft, rank: number): void {
  const before = markOf(draft, rank);
  mark(draft, rank, { queued: false });
  if (!before.queued || !canGoBack({ ...before, queued: false })) return;
  mark(draft, rank, { phase: "rolling-back" });
  const { name } = hostAt(draft, rank);
  const because = before.phase === "failed" ? `${name} failed` : (draft.state.halt?.because ?? "the rollout halted");
  draft.commands.push({ type: "roll-back", host: name, because });
}

function hasRoom(draft: Draft, rank: number): boolean {
  const { state } = draft;
  const { lane, budgets } = hostAt(draft, rank);
  if (state.inFlight >= state.rollout.maxParallel) return false;
  if (laneAt(draft, lane).inFlight >= laneOf(state.rollout, lane).pace.maxParallel) return false;
  // A failed host has its slots already.
  return state.inFlight === 0 || markOf(draft, rank).phase === "failed" || areBudgetsFree(draft, budgets);
}

const canGoBack = ({ phase, changed, queued }: HostMark): boolean =>
  changed && !queued && (phase === "healthy" || phase === "failed");

const isWide = ({ state }: Draft, { cause, lane }: Halt): boolean =>
  cause !== "held" && ["rollback-stage", "rollback-all"].includes(laneOf(state.rollout, lane).pace.onFailure);

function reaches(draft: Draft, cause: Halt, rank: number): boolean {
  if (laneOf(draft.state.rollout, cause.lane).pace.onFailure === "rollback-all") return true;
  const { lane, stage } = hostAt(draft, rank);
  return lane === cause.lane && stage === cause.stage;
}
