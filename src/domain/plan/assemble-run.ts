/** The plan of `nixfleet run`: one command on many hosts. */
import type { HostName } from "../ids.ts";
import type { Base } from "../inventory/resolved.ts";
import type { HostFacts } from "../observation/facts.ts";
import { eventErrorOf } from "../outcome/event-error.ts";
import type { Result } from "../outcome/result.ts";
import { sealPlan } from "./assemble.ts";
import type { PlanRequest } from "./host-input.ts";
import { liveSystem } from "./live-system.ts";
import type { Plan, PlanHost } from "./plan.ts";
import { expectationOf } from "./steps.ts";

export interface RunRequest extends Omit<PlanRequest, "hosts" | "verb"> {
  readonly hosts: readonly RunHostInput[];
}

export interface RunHostInput {
  readonly host: { readonly name: HostName; readonly base: Base };
  readonly observed: Result<HostFacts>;
  readonly command: RunCommand;
}

export interface RunCommand {
  readonly command: string;
  /** Name of the inventory task that the command comes from. */
  readonly task?: string;
  readonly sudo: boolean;
  readonly timeoutMs: number;
}

export function assembleRun(request: RunRequest): Plan {
  return sealPlan({ ...request, verb: "run" }, request.hosts.map(runHost));
}

function runHost({ host, observed, command }: RunHostInput): PlanHost {
  const nothing = {
    files: [],
    directories: [],
    units: [],
    packages: [],
    users: [],
    secrets: [],
    conflicts: [],
    notes: [],
  };
  if (!observed.ok) {
    const error = eventErrorOf(observed.error);
    return {
      ...host,
      ...nothing,
      action: "unreachable",
      reason: error.what,
      code: error.code,
      error,
      from: null,
      to: null,
      reboot: { needed: "unknown", reasons: [] },
      steps: [],
    };
  }
  const facts = observed.value;
  const system = liveSystem(facts);
  return {
    ...host,
    ...nothing,
    action: "change",
    from: { system, generation: facts.generation, bootId: facts.bootId, files: facts.filesDigest },
    to: { system },
    reboot: facts.reboot,
    steps: [{ id: `${host.name}/run`, kind: "run", needs: [], expect: expectationOf(facts), ...command }],
  };
}
