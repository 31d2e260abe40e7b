/** How a step ended; doing less than planned is fine, doing other than planned is not. */
import type { Failure } from "../domain/outcome/failure.ts";

export type StepOutcome =
  | { readonly kind: "done"; readonly note?: string }
  | { readonly kind: "already-done" }
  | { readonly kind: "failed"; readonly error: Failure }
  /** We lost sight of it, and it may have happened. */
  | { readonly kind: "unknown"; readonly error: Failure };
