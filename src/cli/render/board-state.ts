/** Where a run stands, folded from its events; the same for the board of a terminal and for heartbeat lines. */
import type { HostStatus, Phase, RunEvent } from "../../domain/outcome/events.ts";

export interface BoardState {
  readonly verb: string;
  readonly run: string;
  /** Milliseconds since the epoch; 0 before the first event. */
  startedMs: number;
  /** Hosts that the plan changes, once there is a plan. */
  planned: number | undefined;
  /** Hosts that the run has turned to since there is a plan. */
  readonly begun: Set<string>;
  /** Hosts at work, by name. */
  readonly active: Map<string, Activity>;
  /** Phases of the whole run: evaluate, build. */
  readonly fleet: Map<Phase, Activity>;
  readonly finished: Map<HostStatus, number>;
  /** The latest word of the rollout: what is being waited for while no host is at work; printable. */
  rollout: string;
}

export interface Activity {
  readonly phase: Phase;
  readonly sinceMs: number;
  /** Latest word on it; printable. */
  readonly text: string;
  readonly done?: number;
  readonly expected?: number;
  readonly bytes?: number;
  readonly expectedBytes?: number;
}

export const emptyBoard = (): BoardState => ({
  verb: "",
  run: "",
  startedMs: 0,
  planned: undefined,
  begun: new Set(),
  active: new Map(),
  fleet: new Map(),
  finished: new Map(),
  rollout: "",
});

/** The state after the event. Maps are changed in place: a thousand hosts make ten thousand events. */
export function foldBoard(before: BoardState, event: RunEvent): BoardState {
  const atMs = Date.parse(event.ts);
  const state = before.startedMs === 0 ? { ...before, startedMs: atMs, run: event.run } : before;
  switch (event.type) {
    case "version":
      return { ...state, verb: event.verb };
    case "plan":
      return { ...state, planned: event.changes };
    case "phase_start":
      if (event.host !== undefined && state.planned !== undefined) state.begun.add(event.host);
      begin(state, event.host, { phase: event.phase, sinceMs: atMs, text: "" });
      return state;
    case "phase_progress":
      progress(state, event, atMs);
      return state;
    case "phase_end":
      if (event.host === undefined) state.fleet.delete(event.phase);
      else state.active.delete(event.host);
      return state;
    case "host_result":
      state.active.delete(event.host);
      // A host that the plan leaves alone took no time.
      if (event.result.ms > 0 || event.result.status === "not_started") state.begun.add(event.host);
      state.finished.set(event.result.status, (state.finished.get(event.result.status) ?? 0) + 1);
      return state;
    case "rollout":
      state.rollout = event.msg;
      return state;
    case "os_updated":
    case "hook":
    case "log":
    case "diagnostic":
    case "signal":
    case "summary":
      return state;
  }
}

function begin(state: BoardState, host: string | undefined, activity: Activity): void {
  if (host === undefined) state.fleet.set(activity.phase, activity);
  else state.active.set(host, activity);
}

function progress(state: BoardState, event: Extract<RunEvent, { type: "phase_progress" }>, atMs: number): void {
  const before = event.host === undefined ? state.fleet.get(event.phase) : state.active.get(event.host);
  begin(state, event.host, {
    phase: event.phase,
    sinceMs: before?.phase === event.phase ? before.sinceMs : atMs,
    text: event.msg,
    ...(event.done === undefined ? {} : { done: event.done }),
    ...(event.expected === undefined ? {} : { expected: event.expected }),
    ...(event.bytes === undefined ? {} : { bytes: event.bytes }),
    ...(event.expectedBytes === undefined ? {} : { expectedBytes: event.expectedBytes }),
  });
}

/** "copy 9, activate 2": how many hosts are in which phase, in the order of the phases. */
export function phaseCounts(state: BoardState, order: readonly Phase[]): [Phase, number][] {
  const counts = new Map<Phase, number>();
  for (const { phase } of state.active.values()) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  return order.flatMap((phase) => {
    const number = counts.get(phase);
    return number === undefined ? [] : [[phase, number] as [Phase, number]];
  });
}
