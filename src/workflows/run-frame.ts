/** The frame of every verb that deals with hosts: a run id, the fleet's connections, events, an orderly end. */
import type { RunId } from "../domain/ids.ts";
import { diagnosed, runEnded, runStarted, signalled } from "../domain/outcome/event-bodies.ts";
import type { HostResult, RolloutEnd } from "../domain/outcome/events.ts";
import { type ExitCode, worstExitCode } from "../domain/outcome/exit-codes.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { failureExitCode, runExitCode } from "../domain/outcome/run-exit-code.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { JournalEntry } from "../domain/rollout/event.ts";
import { makeRunId, RUN_ID_RANDOM_BYTES } from "../domain/run/run-id.ts";
import { createFleet, type Fleet } from "../engine/fleet.ts";
import { resultsNotStarted } from "../engine/host-result.ts";
import { createRecorder, type Recorder } from "../engine/recorder.ts";
import type { RunJournal, RunReading } from "../ports/journal.ts";
import type { Tools } from "./tools.ts";

export interface Frame {
  readonly run: RunId;
  readonly fleet: Fleet;
  readonly recorder: Recorder;
  readonly startedAt: number;
  /** Keeps the plan with the run. */
  savePlan(plan: Plan): Promise<Result<void>>;
  /** Keeps what the rollout is about to be told. */
  keep(entries: readonly JournalEntry[]): Promise<void>;
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
  const { clock, random, operator, flags } = tools;
  const startedAt = clock.now();
  const run = makeRunId(startedAt, random(RUN_ID_RANDOM_BYTES));
  const begun = journalled ? await tools.journal.begin(run, { verb, by: operator, startedAt, flags }) : ok(undefined);
  if (!begun.ok) return err([begun.error]);
  return framed({ run, verb, startedAt, journal: begun.value, firstSeq: 0, obstructed: {} }, tools, work);
}

/** The same for a run that goes on, in whose record everything is appended. Fails with what `Journal.resume` fails with. */
export async function inResumedFrame(
  run: RunId,
  tools: Tools,
  work: (frame: Frame, reading: RunReading) => Promise<Outcome>,
): Promise<Outcome> {
  const resumed = await tools.journal.resume(run);
  if (!resumed.ok) return err([resumed.error]);
  const { journal, reading } = resumed.value;
  const firstSeq = (reading.events.at(-1)?.seq ?? -1) + 1;
  return framed(
    // Whatever comes in between, the run can be taken up again.
    {
      run,
      verb: reading.verb,
      startedAt: tools.clock.now(),
      journal,
      firstSeq,
      obstructed: { rollout: "interrupted" },
    },
    tools,
    (frame) => work(frame, reading),
  );
}

interface Framing {
  readonly run: RunId;
  readonly verb: string;
  readonly startedAt: number;
  readonly journal: RunJournal | undefined;
  readonly firstSeq: number;
  /** What the summary says of the rollout when the run fails as a whole. */
  readonly obstructed: { readonly rollout?: RolloutEnd };
}

async function framed(
  { run, verb, startedAt, journal, firstSeq, obstructed }: Framing,
  tools: Tools,
  work: (frame: Frame) => Promise<Outcome>,
): Promise<Outcome> {
  const { clock, audience, operator, toolVersion } = tools;
  const recorder = createRecorder({
    run,
    clock,
    firstSeq,
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
  const keep: Frame["keep"] = async (entries) => journal?.keep(entries);
  const frame = { run, fleet, recorder, startedAt, savePlan, keep };
  try {
    const outcome = await work(frame);
    if (!outcome.ok) await recordObstacles(outcome.error, { plan: saved, ...obstructed }, frame, tools);
    return outcome;
  } finally {
    unwatch();
    await fleet.close();
    await journal?.end();
  }
}

async function recordObstacles(
  failures: readonly Failure[],
  { plan, ...rollout }: { readonly plan: Plan | undefined; readonly rollout?: RolloutEnd },
  { recorder, startedAt }: Frame,
  { clock, interruption }: Tools,
): Promise<void> {
  for (const failure of failures) await recorder.record(diagnosed(failure));
  const exit = failureExitCode(failures, interruption.first);
  const hosts = plan === undefined ? [] : resultsNotStarted(plan);
  await recorder.record(runEnded({ exit, ms: clock.now() - startedAt, hosts, ...rollout }));
}

/** Records the summary, which is the last event of every run, and gives the exit code. */
export async function concludeRun(
  frame: Frame,
  hosts: readonly HostResult[],
  { clock, interruption }: Tools,
  { halted, ...rollout }: { readonly halted?: Failure; readonly rollout?: RolloutEnd } = {},
): Promise<ExitCode> {
  const hostsExit = runExitCode(hosts, interruption.first);
  const exit = halted === undefined ? hostsExit : worstExitCode([hostsExit, failureExitCode([halted], undefined)]);
  await frame.recorder.record(runEnded({ exit, ms: clock.now() - frame.startedAt, hosts, ...rollout }));
  return exit;
}
