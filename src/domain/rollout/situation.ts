/** Where a host stands, in words, and what it waits for. */
import { foldHosts } from "../fold-hosts.ts";
import { unreachable } from "../outcome/unreachable.ts";
import { areBudgetsFree, isWindowOpen, opensAt, stageAt } from "./admission.ts";
import { type Draft, draftOf, hostAt, isDone, laneAt, markOf, rankOf } from "./draft.ts";
import type { IndexedHost } from "./fleet-index.ts";
import { isGateOpen } from "./stage.ts";
import type { RolloutState } from "./state.ts";
import { instantWords, laneOf, stageWords } from "./words.ts";

/** "waits for canary web-1", "waits for its window, which opens 2026-11-01T05:00Z". */
export function situationOf(state: RolloutState, host: string, nowMs: number): string {
  // A draft may be asked things that the state only knows after looking; what it writes is thrown away.
  const draft = draftOf(state, nowMs);
  const rank = rankOf(draft, host);
  const { phase } = markOf(draft, rank);
  switch (phase) {
    case "pending":
      return waitWords(draft, rank);
    case "starting":
    case "running":
      return `at work in ${stageWords(state.rollout, hostAt(draft, rank).lane, hostAt(draft, rank).stage)}`;
    case "healthy":
      return soakWords(draft, hostAt(draft, rank));
    case "failed":
      return "failed";
    case "unreachable":
      return "unreachable";
    case "set-aside":
    case "left-out":
      return "not tried";
    case "rolling-back":
      return "goes back";
    case "rolled-back":
      return "went back";
    default:
      return unreachable(phase);
  }
}

function waitWords(draft: Draft, rank: number): string {
  const { state } = draft;
  if (state.halt !== null) return `not started: ${state.halt.because}`;
  if (state.interruption !== "none") return "not started: interrupted";
  const host = hostAt(draft, rank);
  const { stage } = laneAt(draft, host.lane);
  if (host.stage > stage) return `waits for ${stageInTheWay(draft, host.lane, stage)}`;
  if (!isGateOpen(draft, host.lane)) return `waits for an approval of ${stageWords(state.rollout, host.lane, stage)}`;
  return bindingWords(draft, rank, host);
}

/** Few hosts are named, many are counted as their stage. */
function stageInTheWay(draft: Draft, lane: number, stage: number): string {
  const { rollout } = draft.state;
  const ranks = stageAt(draft, lane, stage)?.ranks ?? [];
  const undone = ranks.filter((rank) => !isDone(markOf(draft, rank).phase));
  const canary = laneOf(rollout, lane).stages[stage]?.canary === true;
  const waited = undone.length === 0 ? ranks : undone;
  if (!canary || waited.length > FEW) return stageWords(rollout, lane, stage);
  const names = waited.map((rank) => hostAt(draft, rank).name);
  return `${names.length === 1 ? "canary" : "canaries"} ${foldHosts(names)}${undone.length === 0 ? " to soak" : ""}`;
}

/** What keeps a host whose stage is on. */
export function bindingWords(draft: Draft, rank: number, { budgets, lane, stage }: IndexedHost): string {
  const { rollout } = draft.state;
  const queue = stageAt(draft, lane, stage)?.queues.find((it) => it.ranks.includes(rank));
  if (queue !== undefined && !isWindowOpen(draft, queue)) {
    const atMs = opensAt(draft, queue);
    return atMs === null
      ? "waits for a window that never opens"
      : `waits for its window, which opens ${instantWords(atMs)}`;
  }
  const full = budgets.find((budget) => !areBudgetsFree(draft, [budget]));
  const budget = rollout.budgets[full ?? -1];
  if (budget !== undefined) return `waits for a slot of ${budget.name}, ${budget.max} at once`;
  return `waits for its turn in ${stageWords(rollout, lane, stage)}`;
}

function soakWords(draft: Draft, { lane, stage }: IndexedHost): string {
  const { soak, stage: current } = laneAt(draft, lane);
  return soak !== null && stage === current && draft.state.outcome === null
    ? `healthy, soaks until ${instantWords(soak.endsAtMs)}`
    : "healthy";
}

const FEW = 3;
