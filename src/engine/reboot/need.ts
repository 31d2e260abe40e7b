/** Asks the host whether a reboot is needed at all. */
import { rebootCheckCommand } from "../../domain/host/os-verbs.ts";
import { diagnosed } from "../../domain/outcome/event-bodies.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import { type RebootNeed, rebootNeed } from "../../domain/reboot/need.ts";
import { askRecords } from "../ask-records.ts";
import type { StepContext } from "../step-context.ts";
import type { Reboot } from "./context.ts";

const CHECK_TIMEOUT_MS = 60_000;

/** False when there is no need, or nobody knows and nobody insists. */
export async function isDue(step: Reboot["step"], need: RebootNeed, context: StepContext): Promise<boolean> {
  if (step.when === "always" || need.state === "yes") return true;
  if (need.state === "unknown") await context.recorder.record(diagnosed(notKnown(need, context), "warn"));
  return false;
}

export async function askNeed({ session, interruption }: StepContext): Promise<Result<RebootNeed>> {
  const options = { timeoutMs: CHECK_TIMEOUT_MS, signal: interruption.detached };
  const records = await askRecords(session, rebootCheckCommand(), options);
  return records.ok ? ok(rebootNeed(records.value)) : records;
}

const notKnown = ({ reasons }: RebootNeed, { session }: StepContext) =>
  failure("reboot/need-unknown", "it is not known whether the host needs a reboot, so it gets none", {
    host: session.host.name,
    ...(reasons[0] === undefined ? {} : { found: reasons[0] }),
    next: `nixfleet reboot --always --host ${session.host.name} reboots it in any case`,
  });
