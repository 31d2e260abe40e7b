/** Where a rollout begins: at its beginning, or where an earlier process left it. */
import type { HostResult } from "../domain/outcome/events.ts";
import type { JournalEntry, RolloutEvent } from "../domain/rollout/event.ts";
import type { Patience } from "../domain/rollout/patience.ts";

export interface Course {
  /** What the machine was told before; empty for a rollout that begins. */
  readonly earlier: readonly JournalEntry[];
  /** Results of hosts that had their turn before. */
  readonly results: readonly HostResult[];
  /** What the machine is told first. */
  readonly opening: readonly RolloutEvent[];
  readonly patience: Patience;
  /** Keeps what the machine is told, on disk before it resolves. */
  keep(entries: readonly JournalEntry[]): Promise<void>;
}

export const fromTheBeginning = (patience: Patience, keep: Course["keep"]): Course => ({
  earlier: [],
  results: [],
  opening: [{ type: "begun", ...patience }],
  patience,
  keep,
});
