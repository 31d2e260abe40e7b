/** One step at work: a state that belongs to this step alone, and the commands it leads to. */

import { elementOf, withElement } from "./blocks.ts";
import type { RolloutCommand } from "./command.ts";
import { type FleetIndex, type IndexedHost, indexOf } from "./fleet-index.ts";
import type { HostMark, HostPhase, LaneState, RolloutState } from "./state.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface LaneDraft extends Omit<Writable<LaneState>, "cursors"> {
  cursors: number[];
}

export interface StateDraft extends Omit<Writable<RolloutState>, "lanes" | "budgets" | "admissions"> {
  lanes: LaneDraft[];
  budgets: number[];
  admissions: RolloutState["admissions"][number][];
}

export interface Draft {
  readonly state: StateDraft;
  readonly index: FleetIndex;
  readonly nowMs: number;
  readonly commands: RolloutCommand[];
}

/** Copies what a step may write; hosts are shared until one of them changes. */
export function draftOf(state: RolloutState, nowMs: number): Draft {
  return {
    state: {
      ...state,
      lanes: state.lanes.map((lane) => ({ ...lane, cursors: [...lane.cursors] })),
      budgets: [...state.budgets],
      admissions: [...state.admissions],
    },
    index: indexOf(state.rollout),
    nowMs,
    commands: [],
  };
}

export const markOf = ({ state }: { readonly state: Pick<RolloutState, "hosts"> }, rank: number): HostMark =>
  elementOf(state.hosts, rank);

/** The one place where a host's mark changes: it keeps all counts right. */
export function mark(draft: Draft, rank: number, change: Partial<HostMark>): void {
  const { state } = draft;
  const before = markOf(draft, rank);
  const after = { ...before, ...change };
  state.hosts = withElement(state.hosts, rank, after);
  if (after.phase !== before.phase) recount(draft, hostAt(draft, rank), before.phase, after.phase);
}

function recount(draft: Draft, host: IndexedHost, before: HostPhase, after: HostPhase): void {
  const { state } = draft;
  const lane = laneAt(draft, host.lane);
  const flights = Number(isInFlight(after)) - Number(isInFlight(before));
  // A rest is no lack of progress.
  if (flights > 0 && lane.inFlight === 0) lane.progressAtMs = draft.nowMs;
  state.inFlight += flights;
  lane.inFlight += flights;
  const slots = Number(takesSlot(after)) - Number(takesSlot(before));
  for (const budget of host.budgets) state.budgets[budget] = (state.budgets[budget] ?? 0) + slots;
  if (host.stage === lane.stage) lane.left += Number(!isDone(after)) - Number(!isDone(before));
}

export const isInFlight = (phase: HostPhase): boolean =>
  phase === "starting" || phase === "running" || phase === "rolling-back";

/** Had its turn in its stage. */
export const isDone = (phase: HostPhase): boolean => phase !== "pending" && phase !== "starting" && phase !== "running";

/** A host that is not known to serve keeps its slot of every budget. */
const takesSlot = (phase: HostPhase): boolean => isInFlight(phase) || phase === "failed" || phase === "unreachable";

export function laneAt({ state }: Draft, lane: number): LaneDraft {
  const found = state.lanes[lane];
  if (found === undefined) throw new Error(`the rollout has no lane ${lane}`);
  return found;
}

export function hostAt({ index }: Pick<Draft, "index">, rank: number): IndexedHost {
  const found = index.hosts[rank];
  if (found === undefined) throw new Error(`the rollout has no host of rank ${rank}`);
  return found;
}

export function rankOf({ index }: Pick<Draft, "index">, host: string): number {
  const rank = index.rankOf.get(host);
  if (rank === undefined) throw new Error(`${host} is no host of the rollout`);
  return rank;
}

/** Nothing new may start. */
export const isStopped = ({ state }: Draft): boolean => state.halt !== null || state.interruption !== "none";
