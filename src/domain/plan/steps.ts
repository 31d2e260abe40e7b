/** The steps of a host's plan, in the order of their needs. */
import type { HostName } from "../ids.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { DesiredHost } from "./host-input.ts";
import { liveSystem } from "./live-system.ts";
import type { Step, StepExpectation } from "./plan.ts";

export function stepsFor(host: HostName, desired: DesiredHost, facts: HostFacts): Step[] {
  const expect = expectationOf(facts);
  if (desired.kind === "empty") return [{ id: `${host}/remove`, kind: "remove", needs: [], expect, reversible: false }];
  const { system } = desired;
  const copy: Step = { id: `${host}/copy`, kind: "copy", needs: [], expect, system };
  const travels = desired.present !== true && system !== liveSystem(facts);
  const activate: Step = {
    id: `${host}/activate`,
    kind: "activate",
    needs: travels ? [copy.id] : [],
    expect,
    system,
    reversible: true,
  };
  return travels ? [copy, activate] : [activate];
}

/** What a host must still look like when a step begins. */
const expectationOf = (facts: HostFacts): StepExpectation => ({
  system: liveSystem(facts),
  generation: facts.generation,
  files: facts.filesDigest,
});
