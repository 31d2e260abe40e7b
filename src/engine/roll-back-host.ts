/** Puts a host that a rollout changed back on what it ran before, through the same steps as any other change. */
import { parseStorePath } from "../domain/ids.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import type { PlanHook } from "../domain/plan/hook-schema.ts";
import { liveSystem } from "../domain/plan/live-system.ts";
import type { PlanHost } from "../domain/plan/plan.ts";
import { stepsBackTo } from "../domain/plan/steps.ts";
import { observe } from "./observe.ts";
import { followIfBegun } from "./recover-host.ts";
import { runHost } from "./run-host.ts";
import type { StepContext } from "./step-context.ts";

/** Undefined when the host is back, or was there already. Once begun it is followed, not begun again. */
export async function rollBackHost(host: PlanHost, left: StepContext): Promise<Failure | undefined> {
  const context: StepContext = { ...left, goingBack: true };
  const { session, interruption } = context;
  const facts = await observe(session, interruption.detached);
  if (!facts.ok) return facts.error;
  const before = parseStorePath(host.from?.system ?? "") ?? null;
  const { confirmMs } = session.host;
  const confirmation = confirmMs === undefined ? {} : { confirmMs };
  const steps = stepsBackTo(session.host.name, before, facts.value, confirmation);
  for (const step of steps) {
    const followed = await followIfBegun(step, context);
    if (followed !== undefined) return failureOf(followed);
  }
  if (liveSystem(facts.value) === before && facts.value.committed === before) return undefined;
  return failureOf(await runHost({ ...inSpiteOfHooks(host), to: { system: before }, steps }, "rollback", context));
}

const failureOf = (outcome: Awaited<ReturnType<typeof runHost>>): Failure | undefined =>
  outcome.kind === "failed" || outcome.kind === "unknown" ? outcome.error : undefined;

/** A hook that fails must not keep a host on what was found wanting. */
function inSpiteOfHooks({ hooks, ...host }: PlanHost): PlanHost {
  if (hooks === undefined) return host;
  const warnOnly = (list: readonly PlanHook[]) => list.map((hook) => ({ ...hook, onFailure: "warn" as const }));
  return { ...host, hooks: { ...hooks, preApply: warnOnly(hooks.preApply), postApply: warnOnly(hooks.postApply) } };
}
