/** Installs this version's host program on a restricted host, by an order that the fleet signed. */
import { programVersion } from "../../domain/host/program-version.ts";
import { programCommand } from "../../domain/host/verbs.ts";
import { failure } from "../../domain/outcome/failure.ts";
import type { Result } from "../../domain/outcome/result.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import type { Step } from "../../domain/plan/plan.ts";
import { askRecords } from "../ask-records.ts";
import { recordFor } from "../deploy-record.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";

const TIMEOUT_MS = 120_000;

export async function installProgram(
  step: Extract<Step, { kind: "program" }>,
  context: StepContext,
): Promise<StepOutcome> {
  const installed = await install(step.sha256, context);
  if (installed.ok) return { kind: "done", note: "this version's program is installed" };
  return { kind: "failed", error: { ...installed.error, host: context.session.host.name } };
}

async function install(sha256: string, context: StepContext): Promise<Result<void>> {
  const { session, interruption } = context;
  const own = programVersion(session.program);
  if (own.sha256 !== sha256) return err(otherVersion(sha256, own.sha256));
  const program = Buffer.from(session.program);
  const signed = await recordFor({ what: "program", sha256, bytes: program.length }, context);
  if (!signed.ok) return signed;
  const command = programCommand(signed.value.record ?? new Uint8Array(0), program);
  const told = await askRecords(session, command, { timeoutMs: TIMEOUT_MS, signal: interruption.detached });
  return told.ok ? ok(undefined) : told;
}

const otherVersion = (expected: string, found: string) =>
  failure("plan/stale", "the plan was made by another version of nixfleet", {
    expected: `the host program ${expected.slice(0, 12)}`,
    found: `the host program ${found.slice(0, 12)}`,
    next: "make a new plan with this version",
  });
