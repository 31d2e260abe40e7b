/** Puts the installation of this version's host program into the plan of a restricted host that has another one. */
import type { HostInput } from "./host-input.ts";
import type { PlanHost, Step } from "./plan.ts";
import { expectationOf } from "./steps.ts";

/** Nothing else changes by it, so hooks and health checks are those of the other steps, if there are any. */
export function withProgram(plan: PlanHost, { observed, program }: HostInput): PlanHost {
  if (program === undefined || !observed.ok || observed.value.restricted === undefined) return plan;
  const installed = observed.value.restricted.program;
  if (installed?.sha256 === program.sha256 || (plan.action !== "change" && plan.action !== "none")) return plan;
  if (installed === undefined) return noted(plan, TOO_OLD);
  if (installed.number > program.number) return noted(plan, NEWER);
  const expect = expectationOf(observed.value);
  const step: Step = { id: `${plan.name}/program`, kind: "program", needs: [], expect, sha256: program.sha256 };
  const { reason: _idle, ...changing } = plan;
  // What a plan notes beside its changes says nothing where there are none.
  const notes = [...(plan.action === "change" ? plan.notes : []), REPLACED];
  return { ...changing, notes, action: "change", steps: [step, ...plan.steps] };
}

const REPLACED = "installs this version of NixFleet's program on the host, signed by the fleet";
const TOO_OLD =
  "the host has an old version of NixFleet's program, which cannot replace itself: nixfleet bootstrap installs this one";
const NEWER = "the host has a newer version of NixFleet's program, which stays: this nixfleet is to be updated";

const noted = (plan: PlanHost, note: string): PlanHost => ({ ...plan, notes: [...plan.notes, note] });
