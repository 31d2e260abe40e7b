/** The frame of every verb that deals with hosts: a run id, the fleet's connections, events, an orderly end. */
import type { RunId } from "../domain/ids.ts";
import { diagnosed, runEnded, runStarted, signalled } from "../domain/outcome/event-bodies.ts";
import type { HostResult } from "../domain/outcome/events.ts";
import { type ExitCode, worstExitCode } from "../domain/outcome/exit-codes.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { failureExitCode, runExitCode } from "../domain/outcome/run-exit-code.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { makeRunId, RUN_ID_RANDOM_BYTES } from "../domain/run/run-id.ts";
import { createFleet, type Fleet } from "../engine/fleet.ts";
import { resultsNotStarted } from "../engine/host-result.ts";
import { createRecorder, type Recorder } from "../engine/recorder.ts";
import type { RunJournal } from "../ports/journal.ts";
import type { Tools } from "./tools.ts";

export interface Frame {
  readonly run: RunId;
  readonly fleet: Fleet;
  readonly recorder: Recorder;
  readonly startedAt: number;
  /** Keeps the plan with the run. */
  savePlan(plan: Plan): Promise<Result<void>>;
}

export type Outcome = Result<ExitCode, readonly Failure[]>;

/**
 * Runs `work` in a frame; connections are closed and the journal ended whatever happens. A failure as a whole is recorded as
 * diagnostics and a summary, so that whoever reads the events sees why the run ended; `work` concludes by itself otherwise.
 */
export async function inFrame(
  verb: string,
  tools: Tools,
  journalled: boolean,
  work: (frame: Frame) => Promise<Outcome>,
): Promise<Outcome> {
  const { clock, random, audience, operator, toolVersion } = tools;
  const startedAt = clock.now();
  const run = makeRunId(startedAt, random(RUN_ID_RANDOM_BYTES));
  const begun = journalled ? await tools.journal.begin(run, { verb, by: operator, startedAt }) : ok(undefined);
  if (!begun.ok) return err([begun.error]);
  const journal: RunJournal | undefined = begun.value;
  const recorder = createRecorder({
    run,
    clock,
    listen: (event) => audience.event(event),
    ...(journal === undefined ? {} : { journal }),
  });
  const fleet = createFleet(tools);
  await recorder.record(runStarted(toolVersion, verb, operator));
  const unwatch = tools.interruption.watch((stage, signal) => void recorder.record(signalled(signal, stage)));
  let saved: Plan | undefined;
  const savePlan = async (plan: Plan): Promise<Result<void>> => {
    saved = plan;
    return journal === undefined ? ok(undefined) : journal.savePlan(plan);
  };
  const frame = { run, fleet, recorder, startedAt, savePlan };
  try {
    const outcome = await work(frame);
    if (!outcome.ok) await recordObstacles(outcome.error, saved, frame, tools);
    return outcome;
  } finally {
    unwatch();
    await fleet.close();
    await journal?.end();
  }
}

async function recordObstacles(
  failures: readonly Failure[],
  plan: Plan | undefined,
  { recorder, startedAt }: Frame,
  { clock, interruption }: Tools,
): Promise<void> {
  for (const failure of failures) await recorder.record(diagnosed(failure));
  const exit = failureExitCode(failures, interruption.first);
  const hosts = plan === undefined ? [] : resultsNotStarted(plan);
  await recorder.record(runEnded({ exit, ms: clock.now() - startedAt, hosts }));
}

/** Records the summary, which is the last event of every run, and gives the exit code. */
export async function concludeRun(
  frame: Frame,
  hosts: readonly HostResult[],
  { clock, interruption }: Tools,
  halted?: Failure,
): Promise<ExitCode> {
  const hostsExit = runExitCode(hosts, interruption.first);
  const exit = halted === undefined ? hostsExit : worstExitCode([hostsExit, failureExitCode([halted], undefined)]);
  await frame.recorder.record(runEnded({ exit, ms: clock.now() - frame.startedAt, hosts }));
  return exit;
}
