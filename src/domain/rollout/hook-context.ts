/** What hooks around a whole rollout are told. */
import { environmentOf } from "../host/hook-context.ts";
import { countStatuses } from "../outcome/event-bodies.ts";
import { type HostResult, hostStatuses, type RolloutEnd } from "../outcome/events.ts";
import type { Plan } from "../plan/plan.ts";

export interface RolloutHookFacts {
  readonly stage: "preRollout" | "onHalt" | "postRollout";
  readonly run: string;
  readonly plan: Pick<Plan, "verb" | "hosts" | "summary" | "inputs">;
  /** How it went; not known before it began. */
  readonly ended?: { readonly status: RolloutEnd; readonly error?: string; readonly results: readonly HostResult[] };
}

/** Documented in docs/rollouts.md; names are added, never changed. */
export function rolloutHookContext({ stage, run, plan, ended }: RolloutHookFacts) {
  const changing = plan.hosts.filter(({ action }) => action === "change").map(({ name }) => name);
  return {
    schema: "nixfleet.hook/1",
    ...scalarsOf({ stage, run, plan, ...(ended === undefined ? {} : { ended }) }),
    hosts: changing,
    ...(ended === undefined ? {} : { results: ended.results.map(({ name, status }) => ({ host: name, status })) }),
  };
}

/** NIXFLEET_STAGE, NIXFLEET_SUMMARY, …: without the lists, which may be longer than an environment. */
export const rolloutHookEnvironment = (facts: RolloutHookFacts): Readonly<Record<string, string>> =>
  environmentOf(scalarsOf(facts));

const scalarsOf = ({ stage, run, plan, ended }: RolloutHookFacts) => ({
  stage,
  run,
  verb: plan.verb,
  revision: plan.inputs.revision,
  changes: plan.summary.change,
  ...(ended === undefined
    ? {}
    : { status: ended.status, summary: summaryOf(ended.results), error: ended.error ?? null }),
});

/** "2 changed, 1 rolled back". */
function summaryOf(results: readonly HostResult[]): string {
  const counts = countStatuses(results);
  const some = hostStatuses.filter((status) => counts[status] > 0);
  return some.map((status) => `${counts[status]} ${status.replaceAll("_", " ")}`).join(", ");
}
