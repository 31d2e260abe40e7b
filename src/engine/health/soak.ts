/** Whether a host that soaks is still well. */
import { parseStorePath } from "../../domain/ids.ts";
import type { PlanHost } from "../../domain/plan/plan.ts";
import { checksOf } from "../../domain/plan/steps.ts";
import { isLoss } from "../activation.ts";
import type { StepContext } from "../step-context.ts";
import { stillHealthy } from "./wait.ts";

/** Retries included; a host that cannot answer for so long is not well. */
const SOAK_LOOK_MS = 60_000;

/** A lost connection is given one more try: a host may have been away for a moment. Whoever cannot be asked is not well. */
export async function isWellInSoak(host: PlanHost, context: StepContext): Promise<boolean> {
  const { session, interruption } = context;
  const look = await lookOnce(host, context);
  if (look.ok) return look.value === undefined;
  if (!isLoss(look.error) || interruption.detached.aborted) return false;
  if (!(await session.reconnect(interruption.detached)).ok) return false;
  const again = await lookOnce(host, context);
  return again.ok && again.value === undefined;
}

function lookOnce(host: PlanHost, { session, clock, probes, interruption }: StepContext) {
  const system = parseStorePath(host.to?.system ?? "") ?? null;
  return stillHealthy(
    session,
    { system, checks: checksOf(host), before: undefined },
    {
      clock,
      probes,
      signal: interruption.detached,
      deadlineMs: clock.now() + SOAK_LOOK_MS,
      onTrouble: () => undefined,
    },
  );
}
