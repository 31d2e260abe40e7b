/** The machine's memory: plain JSON, made of the rollout and its events alone. */
import { type Blocks, blocksOf } from "./blocks.ts";
import type { HaltCause, RolloutOutcome } from "./command.ts";
import type { Rollout } from "./plan-rollout.ts";

export const hostPhases = [
  /** Not started. */
  "pending",
  /** Told to start, nothing done to it yet. */
  "starting",
  "running",
  "healthy",
  /** Finished badly, or in a way nobody knows. */
  "failed",
  "unreachable",
  /** Not tried, or not to its end, for a reason that may pass: locked, held by a window or a budget, refused to begin. */
  "set-aside",
  /** Not tried for a reason that stays: stale, skipped. */
  "left-out",
  /** On its way back. */
  "rolling-back",
  "rolled-back",
] as const;
export type HostPhase = (typeof hostPhases)[number];

export interface RolloutState {
  readonly rollout: Rollout;
  /** By rank in the rollout's order. */
  readonly hosts: Blocks<HostMark>;
  readonly lanes: readonly LaneState[];
  /** Slots in use, by budget. */
  readonly budgets: readonly number[];
  /** What is known of the times at which hosts may start, by admission; null where not asked yet. */
  readonly admissions: readonly (AdmissionView | null)[];
  /** Ranks of hosts to be rolled back, in order. */
  readonly rollbacks: readonly number[];
  /** How many of them were taken from the queue already. */
  readonly rollbacksTaken: number;
  readonly inFlight: number;
  readonly halt: Halt | null;
  readonly interruption: "none" | "drain" | "detach";
  /** Until when the run waits while nothing but a window, or an approval, is missing; null without end. */
  readonly windowWaitEndsMs: number | null;
  readonly approvalWaitEndsMs: number | null;
  readonly wakeAtMs: number | null;
  /** Set while nothing is to be done: before the first event, and after the end was told. */
  readonly outcome: RolloutOutcome | { readonly kind: "not-begun" } | null;
}

export interface HostMark {
  readonly phase: HostPhase;
  /** Runs something else than before the rollout. */
  readonly changed: boolean;
  /** Waits to be rolled back. */
  readonly queued: boolean;
}

export interface LaneState {
  /** Index of the stage at work; the number of stages when through. */
  readonly stage: number;
  /** How many stages were passed once; those need no approval any more. */
  readonly passed: number;
  /** Hosts of the stage that did not have their turn. */
  readonly left: number;
  /** Hosts of the stage that turned healthy and did not soak yet. */
  readonly turned: number;
  /** By queue of the stage: hosts before it are not pending. */
  readonly cursors: readonly number[];
  readonly inFlight: number;
  /** How many may be in flight during a slow start, and how many turned healthy at that pace. */
  readonly allowance: number;
  readonly ramp: number;
  /** Since the begin, or since a halt was lifted. */
  readonly failures: number;
  readonly unreachable: number;
  readonly consecutive: number;
  /** When a host last turned healthy, or work began after a rest. */
  readonly progressAtMs: number;
  readonly soak: Soak | null;
  /** Stages up to this one may begin. */
  readonly approved: number;
  readonly asked: boolean;
  /** What was told of the stage: that its first host waits, and for what, or that it began. */
  readonly told: "nothing" | "waits" | "begins";
}

export interface Soak {
  readonly endsAtMs: number;
  readonly nextCheckAtMs: number;
  /** "last" is the check at the end. */
  readonly checking: "no" | "yes" | "last";
}

export interface AdmissionView {
  readonly checkedAtMs: number;
  /** Hosts may start from here on; null when no window opens within the horizon. */
  readonly opensAtMs: number | null;
  /** The last time at which a start still ends within the window; null without end. */
  readonly lastStartMs: number | null;
}

export interface Halt {
  readonly cause: HaltCause;
  readonly lane: number;
  readonly stage: number;
  /** In words. */
  readonly because: string;
  /** How many healthy hosts are put back because of it. */
  readonly putBack: number;
}

/** Before anything happened. */
export function initialState(rollout: Rollout, admissions: number): RolloutState {
  return {
    rollout,
    hosts: blocksOf<HostMark>(rollout.order.length, { phase: "pending", changed: false, queued: false }),
    lanes: rollout.lanes.map(() => freshLane),
    budgets: rollout.budgets.map((budget) => budget.taken),
    admissions: new Array<null>(admissions).fill(null),
    rollbacks: [],
    rollbacksTaken: 0,
    inFlight: 0,
    halt: null,
    interruption: "none",
    windowWaitEndsMs: null,
    approvalWaitEndsMs: null,
    wakeAtMs: null,
    outcome: { kind: "not-begun" },
  };
}

const freshLane: LaneState = {
  stage: 0,
  passed: 0,
  left: 0,
  turned: 0,
  cursors: [],
  inFlight: 0,
  allowance: 1,
  ramp: 0,
  failures: 0,
  unreachable: 0,
  consecutive: 0,
  progressAtMs: 0,
  soak: null,
  approved: 0,
  asked: false,
  told: "nothing",
};
