/** Updates packages on the host: exactly those of the plan, in a unit of its own there. */
import { judgeOsUpdate } from "../../domain/host/os-update.ts";
import { followOsUpdateCommand, osUpdateCommand } from "../../domain/host/os-verbs.ts";
import { manifestTooOld } from "../../domain/os-update/manifest-age.ts";
import { diagnosed, hostPrinted, osUpdated } from "../../domain/outcome/event-bodies.ts";
import type { Step } from "../../domain/plan/plan.ts";
import { runDetached } from "../detached-unit.ts";
import { createLineSplitter } from "../line-splitter.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";

/** Hundreds of packages on a slow disk take the better part of an hour. */
const UPDATE_TIMEOUT_MS = 3 * 60 * 60_000;

export async function updateOs(step: Extract<Step, { kind: "os-update" }>, context: StepContext): Promise<StepOutcome> {
  const { session, recorder, clock, interruption, operator, activation } = context;
  const host = session.host.name;
  const old = manifestTooOld(step.notAfter, clock.now());
  if (old !== undefined) return { kind: "failed", error: { ...old, host } };
  const lines = createLineSplitter();
  const print = (texts: readonly string[]): void => {
    for (const text of texts) void recorder.record(hostPrinted(host, "os-update", "stdout", text));
  };
  const outcome = await runDetached(session, osUpdateCommand({ ...step, run: activation, owner: operator }), {
    follow: (offset) => followOsUpdateCommand(activation, offset),
    timeoutMs: UPDATE_TIMEOUT_MS,
    clock,
    detached: interruption.detached,
    onLog: (chunk) => {
      void recorder.hostLog(host, chunk);
      print(lines.push(chunk));
    },
    onReattach: (because) => void recorder.record(diagnosed({ ...because, host }, "warn")),
  });
  print(lines.rest());
  if (outcome.kind !== "answered") return { kind: outcome.kind, error: { ...outcome.error, host } };
  const report = judgeOsUpdate(outcome.answer.records, outcome.answer.code);
  if (report.packages.length > 0) await recorder.record(osUpdated(host, report));
  if (report.failure !== undefined) return { kind: "failed", error: { ...report.failure, host } };
  const { repaired = [] } = report;
  if (report.packages.length === 0 && repaired.length === 0) return { kind: "already-done" };
  return { kind: "done", note: `${report.packages.length} packages` };
}
