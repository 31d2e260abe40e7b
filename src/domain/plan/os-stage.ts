/** The stage of an apply that the policy for OS updates asks for, before anything else happens to the host. */
import type { HostOs } from "./os-schema.ts";
import type { PlanHost, Step } from "./plan.ts";

export interface OsStage {
  readonly os: HostOs;
  readonly reboot: PlanHost["reboot"];
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
}

/** Puts the stage before the host's own steps. A host that is held or failed for another reason stays so. */
export function withOsStage(host: PlanHost, stage: OsStage | undefined): PlanHost {
  if (stage === undefined) return host;
  const looked = { ...host, notes: [...host.notes, ...stage.notes] };
  if (stage.steps.length === 0 || (host.action !== "change" && host.action !== "none")) return looked;
  const { reason: _reason, ...rest } = looked;
  return { ...rest, action: "change", os: stage.os, reboot: stage.reboot, steps: [...stage.steps, ...host.steps] };
}
