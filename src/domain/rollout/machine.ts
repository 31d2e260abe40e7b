/**
 * The rollout machine: decides which host starts when, and when to stop. It has no clock and does nothing itself; it takes facts
 * and gives commands.
 *
 *     let state = start(plan.rollout);
 *     let step = next(state, { type: "begun", windowPatienceMs: 0, approvalPatienceMs: null }, clock.now());
 *     // journal the event with its time, then carry out step.commands; each leads to an event, and so on:
 *     step = next(step.state, { type: "host-finished", host: "web-1", status: "changed", healthy: true, changed: true }, …);
 *     // until a command says finish.
 *
 * Resume is a fold: `replay(plan.rollout, journal)` gives the state, without commands, since those were carried out; a
 * "resumed" event then says what is to be done about hosts that were in flight.
 *
 * Rules: lanes run side by side, each through its stages in order. A stage begins when all hosts of the one before had their turn,
 * soaked, and the gate between them was opened. A canary that is not healthy halts, whatever the limits say. A halt in one lane
 * halts all lanes, and stays until a person lifts it: hosts in flight come to their end, nothing starts.
 */
import { advance } from "./advance.ts";
import type { RolloutCommand } from "./command.ts";
import { draftOf } from "./draft.ts";
import type { JournalEntry, RolloutEvent } from "./event.ts";
import { applyEvent } from "./facts.ts";
import { indexOf } from "./fleet-index.ts";
import type { Rollout } from "./plan-rollout.ts";
import { initialState, type RolloutState } from "./state.ts";

export interface Step {
  readonly state: RolloutState;
  /** In the order in which they are to be carried out. */
  readonly commands: readonly RolloutCommand[];
}

/** The state before the first event, which has to be "begun". */
export const start = (rollout: Rollout): RolloutState => initialState(rollout, indexOf(rollout).admissions.length);

/** Takes one event at a time in milliseconds since the epoch. Same state, event and time: same step. */
export function next(state: RolloutState, event: RolloutEvent, nowMs: number): Step {
  const draft = draftOf(state, nowMs);
  applyEvent(draft, event);
  advance(draft);
  return { state: draft.state, commands: draft.commands };
}

/** The state after a journal. */
export const replay = (rollout: Rollout, journal: Iterable<JournalEntry>): RolloutState => {
  let state = start(rollout);
  for (const { event, at } of journal) state = next(state, event, at).state;
  return state;
};
