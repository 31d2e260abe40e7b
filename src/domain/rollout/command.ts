/** What the machine wants done. Each command says why, in words for the board. */

export type RolloutCommand = { readonly because: string } & (
  | { readonly type: "start"; readonly host: string }
  /** The host was in flight when an earlier process ended: find out what became of it, and report it as finished. */
  | { readonly type: "recover"; readonly host: string }
  /** Back to what the host ran before the rollout; already there is fine. */
  | { readonly type: "roll-back"; readonly host: string }
  /** Look at the health of hosts that soak, and answer with one health-checked. */
  | { readonly type: "check-health"; readonly lane: string; readonly hosts: readonly string[] }
  | { readonly type: "ask-approval"; readonly lane: string; readonly stage: number }
  /** Send a tick at this time; takes the place of an earlier wake. */
  | { readonly type: "wake"; readonly atMs: number }
  /** Something worth a line above the board. */
  | { readonly type: "tell"; readonly level: "info" | "warn" | "error"; readonly lane?: string }
  /** Nothing is in flight and nothing more will happen by itself. */
  | { readonly type: "finish"; readonly outcome: RolloutOutcome }
);

export type RolloutOutcome =
  /** Every host had its turn, though some may have failed. */
  | { readonly kind: "completed" }
  /** Hosts were kept back, or put back, because too much went wrong. */
  | { readonly kind: "halted"; readonly cause: HaltCause }
  /** Can be resumed; `untilMs` is when a window opens next, `gates` the stages that nobody approved yet. */
  | {
      readonly kind: "paused";
      readonly waitsFor: "window" | "approval";
      readonly untilMs: number | null;
      readonly gates: readonly { readonly lane: string; readonly stage: number }[];
    }
  /** The operator's first signal, or the second: `inFlight` go on without us. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "detached"; readonly inFlight: readonly string[] };

/** "held": a canary waits for a window or a slot; nothing went wrong, and any resume lifts it. */
export const haltCauses = [
  "canary",
  "held",
  "failures",
  "unreachable",
  "consecutive",
  "no-progress",
  "budget",
] as const;
export type HaltCause = (typeof haltCauses)[number];
