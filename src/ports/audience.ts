/** Who watches a workflow: told what is planned and what happens; decides how that looks. */
import type { RunEvent } from "../domain/outcome/events.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { Status } from "../domain/status/status.ts";

export interface Audience {
  plan(plan: Plan, hints?: { readonly file?: string; readonly next?: string | null }): void;
  event(event: RunEvent): void;
  status(status: Status): void;
  /** What ended a run as a whole; the same as its diagnostics of level error. */
  failures(failures: readonly Failure[]): void;
  note(text: string): void;
  /** Nothing else is written to the screen until the question is answered; what happens meanwhile is told then. */
  whileAsking<T>(question: () => Promise<T>): Promise<T>;
}
