/** `nixfleet apply`: plan, show, confirm, execute; or execute a saved plan exactly as it stands. */
import type { Inventory } from "../domain/inventory/resolved.ts";
import { exitCodes } from "../domain/outcome/exit-codes.ts";
import { err } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { verifyPlan } from "../domain/plan/verify.ts";
import { assembleRollout } from "../domain/rollout/assemble-rollout.ts";
import { startsAt } from "../domain/rollout/window-check.ts";
import { type Consent, carryOut } from "./carry-out.ts";
import { type EarlySender, sendEarly } from "./early-copies.ts";
import { planRoot } from "./plan.ts";
import { type ApplyRequest, planApply } from "./plan-apply.ts";
import { type Frame, inFrame, type Outcome } from "./run-frame.ts";
import { stageHosts } from "./stage-hosts.ts";
import type { Tools } from "./tools.ts";
import { hostsThatChange, type Ownership, underLeases } from "./under-leases.ts";

export async function applyFleet(request: ApplyRequest, consent: Consent, tools: Tools): Promise<Outcome> {
  return inFrame("apply", tools, true, (frame) =>
    underLeases({ ...request, verb: "apply" }, frame, tools, async (ownership) => {
      const early = consent.beforehand === true ? earlySender(request, ownership, frame, tools) : undefined;
      try {
        const plan = await planApply(request, frame, tools, early);
        if (!plan.ok) return plan;
        early?.onPlan(plan.value);
        tools.audience.plan(plan.value);
        // All of them: a builder or the place of a hook need not be among those that change.
        const { hosts } = request.inventory;
        return await carryOut(
          { plan: plan.value, hosts, ownership, ...consent, ...(early === undefined ? {} : { early }) },
          frame,
          tools,
        );
      } finally {
        await early?.end();
      }
    }),
  );
}

/** Hosts that a window keeps back get nothing early. */
function earlySender(request: ApplyRequest, { lost }: Ownership, frame: Frame, tools: Tools): EarlySender | undefined {
  const staged = stageHosts(request);
  if (!staged.ok) return undefined;
  const waiting = new Set(startsAt(assembleRollout(staged.value), tools.clock.now()).keys());
  const pace = request.maxParallel === undefined ? {} : { maxParallel: request.maxParallel };
  return sendEarly({ waiting, ...pace, lost }, frame, tools);
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
