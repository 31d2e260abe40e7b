/** A host's part of any plan before it is known what changes: nothing, what was seen, or what stands in the way. */
import type { HostName } from "../ids.ts";
import type { Base } from "../inventory/resolved.ts";
import type { HostFacts } from "../observation/facts.ts";
import { eventErrorOf } from "../outcome/event-error.ts";
import type { Failure } from "../outcome/failure.ts";
import { failureCodes } from "../outcome/failure-codes/index.ts";
import { liveSystem } from "./live-system.ts";
import type { PlanHost } from "./plan.ts";

export const blankHost = ({ name, base }: { readonly name: HostName; readonly base: Base }): PlanHost => ({
  name,
  base,
  action: "none",
  from: null,
  to: null,
  files: [],
  directories: [],
  units: [],
  packages: [],
  users: [],
  secrets: [],
  conflicts: [],
  reboot: { needed: "unknown", reasons: [] },
  notes: [],
  steps: [],
});

/** The host stays at the closure that it has. */
export const seenHost = (blank: PlanHost, facts: HostFacts): PlanHost => ({
  ...blank,
  from: {
    system: liveSystem(facts),
    generation: facts.generation,
    bootId: facts.bootId,
    files: facts.filesDigest,
  },
  to: { system: liveSystem(facts) },
  reboot: facts.reboot,
});

/** What stands in the way decides the action: contact, somebody else's lock or files, or a real failure. */
export function refusedHost(host: PlanHost, error: Failure): PlanHost {
  return {
    ...host,
    action: refusalAction(error),
    reason: error.what,
    code: error.code,
    error: eventErrorOf(error),
    steps: [],
  };
}

function refusalAction({ code }: Failure): "unreachable" | "held" | "failed" {
  const { kind } = failureCodes[code];
  if (kind === "unreachable") return "unreachable";
  return kind === "locked" || kind === "paused" || code === "plan/conflict" ? "held" : "failed";
}
