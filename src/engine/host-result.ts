/** From what happened to a host to the status that is reported for it. */
import { eventErrorOf } from "../domain/outcome/event-error.ts";
import type { HostResult, HostStatus } from "../domain/outcome/events.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import { unreachable } from "../domain/outcome/unreachable.ts";
import type { Plan, PlanHost } from "../domain/plan/plan.ts";
import type { StepOutcome } from "./step-outcome.ts";

export function resultOfOutcome(host: PlanHost, outcome: StepOutcome, ms: number): HostResult {
  switch (outcome.kind) {
    case "done":
      return { ...blank(host, ms), status: "changed" };
    case "already-done":
      return { ...blank(host, ms), status: "unchanged" };
    case "failed":
      return failedResult(host, outcome.error, ms);
    case "unknown":
      return { ...blank(host, ms), status: "unknown", error: eventErrorOf(outcome.error) };
    default:
      return unreachable(outcome);
  }
}

export const failedResult = (host: PlanHost, error: Failure, ms: number): HostResult => ({
  ...blank(host, ms),
  status: statusOf(error),
  error: eventErrorOf(error),
});

/** For the hosts of a plan that nobody began to carry out. */
export const resultsNotStarted = (plan: Plan): HostResult[] =>
  plan.hosts.map((host) => (host.action === "change" ? notStarted(host) : resultWithoutSteps(host)));

export const notStarted = (host: PlanHost): HostResult => ({ ...blank(host, 0), status: "not_started" });

/** For a host that the plan does not touch. */
export function resultWithoutSteps(host: PlanHost): HostResult {
  const error = host.error === undefined ? {} : { error: host.error };
  return { ...blank(host, 0), status: statusWithoutSteps(host), ...error };
}

function statusWithoutSteps(host: PlanHost): HostStatus {
  switch (host.action) {
    case "none":
    case "change":
      return "unchanged";
    case "unreachable":
      return "unreachable";
    case "failed":
      return "failed";
    case "held":
      return statusOfHeld(host.code === undefined ? undefined : kindOf(host.code));
    default:
      return unreachable(host.action);
  }
}

/** Somebody else's file in the way is trouble to be settled; only a window or a missing approval settles itself. */
function statusOfHeld(kind: string | undefined): HostStatus {
  return kind === "locked" || kind === "failed" ? kind : "held";
}

function statusOf(error: Failure): HostStatus {
  if (error.code === "host/rolled-back") return "rolled_back";
  switch (kindOf(error.code)) {
    case "unreachable":
      return "unreachable";
    case "locked":
      return "locked";
    case "stale":
      return "stale";
    // A shut window, a spent budget: nothing is wrong with the host.
    case "paused":
      return "held";
    default:
      return "failed";
  }
}

const kindOf = (code: string): string | undefined =>
  Object.entries(failureCodes).find(([known]) => known === code)?.[1].kind;

const blank = (host: PlanHost, ms: number): Omit<HostResult, "status"> => ({
  name: host.name,
  from: host.from?.system ?? null,
  to: host.to?.system ?? null,
  ms,
});
