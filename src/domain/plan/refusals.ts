/** Which hosts a plan cannot serve, as failures: for the exit code, and for the report of an apply. */

import type { HostStatus } from "../outcome/events.ts";
import { type ExitCode, exitCodeOf, exitCodes } from "../outcome/exit-codes.ts";
import { type FailureCode, failureCodes } from "../outcome/failure-codes/index.ts";
import type { Plan, PlanHost } from "./plan.ts";

/** The exit codes that a plan alone leads to; 2 for changes only where the caller asks for it. */
export function planExitCodes(plan: Plan, options: { readonly detailed: boolean }): ExitCode[] {
  const refusals = plan.hosts.flatMap((host) =>
    isKnownCode(host.code) ? [exitCodeOf(failureCodes[host.code].kind)] : [],
  );
  return options.detailed && plan.summary.change > 0 ? [...refusals, exitCodes.changesPresent] : refusals;
}

/** How a host that the plan leaves alone ends in the summary of a run. */
export function statusOfIdleHost(host: PlanHost): HostStatus {
  if (isKnownCode(host.code) && failureCodes[host.code].kind === "locked") return "locked";
  switch (host.action) {
    case "unreachable":
    case "held":
    case "failed":
      return host.action;
    case "none":
      return "unchanged";
    case "change":
      return "not_started";
  }
}

const isKnownCode = (code: string | undefined): code is FailureCode =>
  code !== undefined && Object.hasOwn(failureCodes, code);
