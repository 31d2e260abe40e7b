/** `nixfleet apply`: plan, show, confirm, execute; or execute a saved plan exactly as it stands. */
import type { Inventory } from "../domain/inventory/resolved.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { err } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { verifyPlan } from "../domain/plan/verify.ts";
import { type Consent, carryOut } from "./carry-out.ts";
import { planRoot } from "./plan.ts";
import { type ApplyRequest, planApply } from "./plan-apply.ts";
import { inFrame, type Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";
import { hostsThatChange, underLeases } from "./under-leases.ts";

export async function applyFleet(request: ApplyRequest, consent: Consent, tools: Tools): Promise<Outcome> {
  return inFrame("apply", tools, true, (frame) =>
    underLeases({ ...request, verb: "apply" }, frame, tools, async (ownership) => {
      const plan = await planApply(request, frame, tools);
      if (!plan.ok) return plan;
      tools.audience.plan(plan.value);
      // All of them: a builder or the place of a hook need not be among those that change.
      return carryOut({ plan: plan.value, hosts: request.inventory.hosts, ownership, ...consent }, frame, tools);
    }),
  );
}

/** Executes a plan that was read from a file. A host that moved since is refused, the others go on. */
export async function applyPlan(plan: Plan, inventory: Inventory, consent: Consent, tools: Tools): Promise<Outcome> {
  const problems = verifyPlan(plan, { inventory });
  if (problems.length > 0) return err(problems);
  return inFrame(plan.verb, tools, true, (frame) =>
    underLeases(
      { hosts: hostsThatChange(plan, inventory), inventory, verb: plan.verb },
      frame,
      tools,
      async (ownership) => {
        tools.audience.plan(plan);
        const outcome = await carryOut({ plan, hosts: inventory.hosts, ownership, ...consent }, frame, tools);
        // As long as a host is missing the file may be applied again.
        if (outcome.ok && outcome.value === exitCodes.ok) await tools.builder.removeRoot(planRoot(plan));
        return outcome;
      },
    ),
  );
}
