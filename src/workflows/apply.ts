/** `nixfleet apply`: plan, show, confirm, execute; or execute a saved plan exactly as it stands. */
import type { Inventory } from "../domain/inventory/resolved.ts";
import type { ExitCode } from "../domain/outcome/exit-codes.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { verifyPlan } from "../domain/plan/verify.ts";
import { type CarryOut, carryOut } from "./carry-out.ts";
import { type ApplyRequest, planApply } from "./plan-apply.ts";
import { type Frame, inFrame } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

type Outcome = Result<ExitCode, readonly Failure[]>;

export async function applyFleet(request: ApplyRequest, confirm: CarryOut["confirm"], tools: Tools): Promise<Outcome> {
  return framed("apply", tools, async (frame) => {
    const plan = await planApply(request, frame, tools);
    if (!plan.ok) return plan;
    tools.audience.plan(plan.value);
    return carryOut({ plan: plan.value, hosts: request.hosts, confirm }, frame, tools);
  });
}

/** Executes a plan that was read from a file. A host that moved since is refused, the others go on. */
export async function applyPlan(
  plan: Plan,
  inventory: Inventory,
  confirm: CarryOut["confirm"],
  tools: Tools,
): Promise<Outcome> {
  const problems = verifyPlan(plan, { inventory });
  if (problems.length > 0) return err(problems);
  return framed(plan.verb, tools, (frame) => {
    tools.audience.plan(plan);
    return carryOut({ plan, hosts: inventory.hosts, confirm }, frame, tools);
  });
}

async function framed(verb: string, tools: Tools, work: (frame: Frame) => Promise<Outcome>): Promise<Outcome> {
  const outcome = await inFrame(verb, tools, true, work);
  return outcome.ok ? outcome.value : err([outcome.error]);
}
