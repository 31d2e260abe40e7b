/** The last look at a plan that was just made. */
import type { Failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { verifyPlan } from "../domain/plan/verify.ts";
import { shortWindows } from "../domain/rollout/window-check.ts";

/**
 * Fails with what the linter finds, and with `rollout/window-too-short` where a host would wait for ever.
 * @param nowMs milliseconds since the epoch
 */
export function checkedPlan(plan: Plan, nowMs: number): Result<Plan, readonly Failure[]> {
  const problems = verifyPlan(plan);
  const findings = problems.length === 0 ? shortWindows(plan.rollout, nowMs) : problems;
  return findings.length === 0 ? ok(plan) : err(findings);
}
