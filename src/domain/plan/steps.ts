/** The steps of a host's plan, in the order of their needs. */
import type { HostName, StorePath } from "../ids.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { DesiredHost } from "./host-input.ts";
import { liveSystem } from "./live-system.ts";
import type { Step, StepExpectation } from "./plan.ts";

/** What an activation has to prove before it counts, when the inventory says nothing else. */
export const DEFAULT_CONFIRM_MS = 60_000;

export function stepsFor(
  host: HostName,
  desired: DesiredHost,
  facts: HostFacts,
  confirmMs: number = DEFAULT_CONFIRM_MS,
): Step[] {
  if (desired.kind === "empty") return stepsBackTo(host, null, facts, confirmMs);
  const { system } = desired;
  const travels = desired.present !== true && system !== liveSystem(facts);
  const described = desired.description === undefined ? {} : { description: desired.description };
  const mode = desired.mode === undefined ? {} : { mode: desired.mode };
  const activation = stepsBackTo(host, system, facts, confirmMs).map((step) => ({ ...step, ...described, ...mode }));
  if (!travels) return activation;
  const expect = expectationOf(facts);
  const way = {
    ...(desired.source === undefined ? {} : { source: desired.source }),
    ...(desired.substitutes === true ? { substitutes: true } : {}),
  };
  const copy: Step = { id: `${host}/copy`, kind: "copy", needs: [], expect, system, ...described, ...way };
  return [copy, ...activation.map((step) => ({ ...step, needs: [copy.id] }))];
}

/** To a closure that lies on the host, or to the empty one. */
export function stepsBackTo(host: HostName, system: StorePath | null, facts: HostFacts, confirmMs: number): Step[] {
  const expect = expectationOf(facts);
  if (system === null)
    return [{ id: `${host}/remove`, kind: "remove", needs: [], expect, reversible: false, confirmMs }];
  return [{ id: `${host}/activate`, kind: "activate", needs: [], expect, system, reversible: true, confirmMs }];
}

/** What a host must still look like when a step begins. */
export const expectationOf = (facts: HostFacts): StepExpectation => ({
  system: liveSystem(facts),
  generation: facts.generation,
  files: facts.filesDigest,
});
