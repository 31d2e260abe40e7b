/** How a step ended; doing less than planned is fine, doing other than planned is not. */
import type { Failure } from "../domain/outcome/failure.ts";
import type { Step } from "../domain/plan/plan.ts";

export type StepOutcome =
  | { readonly kind: "done"; readonly note?: string }
  | { readonly kind: "already-done" }
  | {
      readonly kind: "failed";
      readonly error: Failure;
      /** The step that failed; left out when none began. */
      readonly at?: Step["kind"];
      /** The host runs what the steps brought, and failed after that. */
      readonly changed?: boolean;
    }
  /** We lost sight of it, and it may have happened. */
  | { readonly kind: "unknown"; readonly error: Failure };
