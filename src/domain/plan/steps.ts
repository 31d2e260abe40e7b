/** The steps of a host's plan, in the order of their needs. */
import type { PlannedCheck } from "../health/check.ts";
import { checksFor, confirmationMs } from "../health/declared.ts";
import type { HostName, StorePath } from "../ids.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { DesiredHost } from "./host-input.ts";
import { liveSystem } from "./live-system.ts";
import type { PlanHost, Step, StepExpectation } from "./plan.ts";

/** What an activation has to prove before it counts, when the inventory says nothing else. */
export const DEFAULT_CONFIRM_MS = 60_000;

export function stepsFor(
  host: HostName,
  desired: DesiredHost,
  facts: HostFacts,
  { confirmMs = DEFAULT_CONFIRM_MS, healthChecks = [] }: Confirmation = {},
): Step[] {
  if (desired.kind === "empty") return stepsBackTo(host, null, facts, { confirmMs });
  const { system } = desired;
  const checks = checksFor(desired.manifest, healthChecks);
  const travels = desired.present !== true && system !== liveSystem(facts);
  const described = desired.description === undefined ? {} : { description: desired.description };
  const mode = desired.mode === undefined ? {} : { mode: desired.mode };
  const activation = stepsBackTo(host, system, facts, { confirmMs, healthChecks: checks }).map((step) => ({
    ...step,
    ...described,
    ...mode,
  }));
  if (!travels) return activation;
  const expect = expectationOf(facts);
  const way = {
    ...(desired.source === undefined ? {} : { source: desired.source }),
    ...(desired.substitutes === true ? { substitutes: true } : {}),
  };
  const copy: Step = { id: `${host}/copy`, kind: "copy", needs: [], expect, system, ...described, ...way };
  return [copy, ...activation.map((step) => ({ ...step, needs: [copy.id] }))];
}

/** What an activation has to prove before it counts. */
export interface Confirmation {
  /** As the inventory has it; 0 for none. */
  readonly confirmMs?: number;
  readonly healthChecks?: readonly PlannedCheck[];
}

/** To a closure that lies on the host, or to the empty one, of which nothing is checked. */
export function stepsBackTo(
  host: HostName,
  system: StorePath | null,
  facts: HostFacts,
  { confirmMs: wished = DEFAULT_CONFIRM_MS, healthChecks = [] }: Confirmation,
): Step[] {
  const expect = expectationOf(facts);
  if (system === null)
    return [{ id: `${host}/remove`, kind: "remove", needs: [], expect, reversible: false, confirmMs: wished }];
  const confirmMs = confirmationMs(wished, healthChecks);
  const checks = healthChecks.length === 0 ? {} : { checks: healthChecks };
  return [
    { id: `${host}/activate`, kind: "activate", needs: [], expect, system, reversible: true, confirmMs, ...checks },
  ];
}

/** The checks that gate a host's change; none where nothing is activated. */
export const checksOf = ({ steps }: Pick<PlanHost, "steps">): readonly PlannedCheck[] =>
  steps.flatMap((step) => (step.kind === "activate" ? (step.checks ?? []) : []));

/** What a host must still look like when a step begins. */
export const expectationOf = (facts: HostFacts): StepExpectation => ({
  system: liveSystem(facts),
  generation: facts.generation,
  files: facts.filesDigest,
});
