/** Puts the delivery of secrets into the steps of a host: after its closure was copied, before it is activated. */
import type { HostName } from "../ids.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { DesiredHost } from "./host-input.ts";
import type { Step } from "./plan.ts";
import { type SecretInput, secretsDigest } from "./secret-changes.ts";

export function withSecrets(
  steps: readonly Step[],
  host: HostName,
  desired: DesiredHost,
  facts: HostFacts,
  input: SecretInput | undefined,
): Step[] {
  const expecting = steps.map((step) => expectingSecrets(step, facts));
  const activate = expecting.find((step) => step.kind === "activate");
  if (activate === undefined || input === undefined || input.wanted.length === 0) return expecting;
  const secrets = input.wanted;
  const before = expecting.filter((step) => step !== activate);
  // A generation that lies on the host has its secrets there, too.
  if (desired.kind === "closure" && desired.present === true) return [...before, { ...activate, secrets }];
  const { expect, system, description } = activate;
  const described = description === undefined ? {} : { description };
  const deliver: Step = { id: `${host}/secrets`, kind: "secrets", needs: [], expect, system, ...described, secrets };
  return [...before, deliver, { ...activate, needs: [...activate.needs, deliver.id], secrets }];
}

function expectingSecrets(step: Step, facts: HostFacts): Step {
  if (facts.secrets.length === 0) return step;
  return { ...step, expect: { ...step.expect, secrets: secretsDigest(facts) } };
}
