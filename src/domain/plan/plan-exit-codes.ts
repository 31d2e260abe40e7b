/** What a plan alone means for the exit code. */

import { type ExitCode, exitCodeOf, exitCodes } from "../outcome/exit-codes.ts";
import { type FailureCode, failureCodes } from "../outcome/failure-codes/index.ts";
import type { Plan } from "./plan.ts";

/** The exit codes that a plan alone leads to; 2 for changes only where the caller asks for it. */
export function planExitCodes(plan: Plan, options: { readonly detailed: boolean }): ExitCode[] {
  const refusals = plan.hosts.flatMap((host) =>
    isKnownCode(host.code) ? [exitCodeOf(failureCodes[host.code].kind)] : [],
  );
  return options.detailed && plan.summary.change > 0 ? [...refusals, exitCodes.changesPresent] : refusals;
}

const isKnownCode = (code: string | undefined): code is FailureCode =>
  code !== undefined && Object.hasOwn(failureCodes, code);
