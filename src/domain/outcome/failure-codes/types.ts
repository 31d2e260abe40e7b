/** What the table of failure codes says of each code. */

/** How a failure counts for the exit code of the whole command (see exit-codes.ts). */
export type FailureKind = "internal" | "usage" | "unreachable" | "failed" | "halted" | "stale" | "locked" | "paused";

export interface FailureEntry {
  readonly kind: FailureKind;
  /** What it means, for `nixfleet explain` and docs/errors.md. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
}
