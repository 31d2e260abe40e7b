/**
 * The reboot of one host as a machine: which step is next, and what a failure means where it happens. Every phase is recorded
 * before it is acted upon.
 */
import type { Failure } from "../outcome/failure.ts";
import { unreachable } from "../outcome/unreachable.ts";

export const rebootPhases = [
  /** Waits until it disturbs nobody. */
  "quiet",
  /** Waits for a slot of every budget. */
  "slot",
  /** Takes the host out of service. */
  "before",
  /** Asks window and host once more, now that the waiting is over. */
  "recheck",
  "issue",
  /** Until the host is gone. */
  "down",
  /** Until another boot id answers. */
  "up",
  "verify",
  /** Puts the host back into service. */
  "after",
  "soak",
  "release",
  /** Back into service without a reboot, then the slot. */
  "undo",
  "give-back",
] as const;
export type RebootPhase = (typeof rebootPhases)[number];

export type RebootState =
  /** `kept`: an earlier reboot did not end well, and the host is out of service with its slots since. */
  | { readonly kind: "at"; readonly phase: RebootPhase; readonly kept: boolean; readonly because?: Failure }
  | { readonly kind: "done" }
  /** `slot` tells whether the host keeps eating the budget: what may be down does. */
  | { readonly kind: "ended"; readonly error: Failure; readonly slot: "kept" | "free" };

type At = Extract<RebootState, { kind: "at" }>;

export type RebootEvent =
  | { readonly kind: "ok" }
  | { readonly kind: "failed"; readonly error: Failure }
  /** Nobody knows whether the host was told to reboot. */
  | { readonly kind: "unknown"; readonly error: Failure };

export const beginReboot = (kept: boolean): RebootState => at("quiet", kept);

export function advance(state: RebootState, event: RebootEvent): RebootState {
  if (state.kind !== "at") throw new Error("a reboot that is over takes no further event");
  if (event.kind === "ok") return afterSuccess(state);
  // What was perhaps sent is treated as sent: the boot id will tell.
  if (event.kind === "unknown" && state.phase === "issue") return at("down", state.kept);
  return afterTrouble(state, state.because ?? event.error, event.error);
}

/** Where another process goes on, given whether the host has another boot id than before. */
export function resumeAt(phase: RebootPhase, bootIdMoved: boolean): RebootState {
  switch (phase) {
    case "quiet":
    case "slot":
    case "before":
    case "recheck":
      return at("quiet", false);
    case "issue":
    case "down":
    case "up":
      return at(bootIdMoved ? "verify" : "down", true);
    case "verify":
    case "after":
    case "soak":
    case "release":
      return at(phase, true);
    case "undo":
    case "give-back":
      return at("quiet", false);
    default:
      return unreachable(phase);
  }
}

const NEXT: Readonly<Record<RebootPhase, RebootPhase | undefined>> = {
  quiet: "slot",
  slot: "before",
  before: "recheck",
  recheck: "issue",
  issue: "down",
  down: "up",
  up: "verify",
  verify: "after",
  after: "soak",
  soak: "release",
  release: undefined,
  undo: "give-back",
  "give-back": undefined,
};

function afterSuccess({ phase, kept, because }: At): RebootState {
  const next = NEXT[phase];
  if (next !== undefined) return at(next, kept, because);
  return because === undefined ? { kind: "done" } : { kind: "ended", error: because, slot: "free" };
}

function afterTrouble({ phase, kept }: At, first: Failure, now: Failure): RebootState {
  switch (phase) {
    case "quiet":
    case "slot":
      return { kind: "ended", error: first, slot: kept ? "kept" : "free" };
    // The way back is taken also where going out of service failed half-way. A host that was not well before stays as it is.
    case "before":
    case "recheck":
    case "issue":
      return kept ? { kind: "ended", error: first, slot: "kept" } : at("undo", kept, first);
    case "down":
    case "up":
    case "verify":
    case "after":
    case "soak":
      return { kind: "ended", error: first, slot: "kept" };
    // Still out of service: the budget has to know.
    case "undo":
      return { kind: "ended", error: { ...first, cause: now }, slot: "kept" };
    case "release":
    case "give-back":
      return { kind: "ended", error: first, slot: "kept" };
    default:
      return unreachable(phase);
  }
}

const at = (phase: RebootPhase, kept: boolean, because?: Failure): RebootState =>
  because === undefined ? { kind: "at", phase, kept } : { kind: "at", phase, kept, because };
