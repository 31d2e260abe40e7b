/** `nixfleet runs resume` and `runs attach`: what was left goes on, or is followed to its end. */
import type { Command } from "commander";
import type { RunId } from "../../domain/ids.ts";
import { exitCodes } from "../../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { failureExitCode } from "../../domain/outcome/run-exit-code.ts";
import type { Journal, RunRecord } from "../../ports/journal.ts";
import { findRun } from "../../workflows/runs/find-run.ts";
import { resumeRun } from "../../workflows/runs/resume-run.ts";
import { watchRun } from "../../workflows/runs/watch-run.ts";
import { createInterruption } from "../../workflows/tools.ts";
import { consentOf } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { runFleetVerb } from "../fleet-verb.ts";
import { outputOptions } from "../output-options.ts";
import { createReporter } from "../render/reporter.ts";
import { repetitionOf } from "../repetition.ts";
import { addWaitOption, ROLLOUT_OPTIONS, type WaitFlags } from "../rollout-options.ts";
import { listenForSignals } from "../signals.ts";
import { wireJournal } from "../wire.ts";

interface ResumeFlags extends FleetFlags, WaitFlags {
  readonly liftHalt?: true;
  readonly retryFailed?: true;
  readonly approve?: true;
}

export function configureResume(command: Command, context: CliContext): void {
  command
    .argument("[run]", "the run's id, or its beginning; the latest that can go on when nothing is said")
    .optionsGroup(ROLLOUT_OPTIONS)
    .option("--lift-halt", "forgive the failures that halted it, and go on with the hosts that were not started")
    .option("--retry-failed", "the same, and start failed hosts once more")
    .option("--approve", "let the stages begin that wait for an approval");
  addFleetOptions(addWaitOption(command), { selects: false, locks: true });
  command.action((typed: string | undefined, flags: ResumeFlags) =>
    goOn(typed, "resume", flags, context, (run) => ({
      run,
      lift: flags.retryFailed === true ? "retry-failed" : flags.liftHalt === true ? "continue" : "no",
      approved: flags.approve === true,
      onlyInFlight: false,
    })),
  );
}

export function configureAttach(command: Command, context: CliContext): void {
  command.argument(
    "[run]",
    "the run's id, or its beginning; the latest that is going on or was left when nothing is said",
  );
  addFleetOptions(command, { selects: false, locks: true });
  command.action(async (typed: string | undefined, flags: FleetFlags) => {
    const journal = await wireJournal(context, () => {});
    const running = await chosen(typed, "attach", journal);
    if (running.ok && running.value.state === "running") return watch(running.value.run, journal, flags, context);
    return goOn(typed, "attach", flags, context, (run) => ({
      run,
      lift: "no",
      approved: false,
      onlyInFlight: true,
    }));
  });
}

type Going = Omit<Parameters<typeof resumeRun>[0], "inventory">;

function goOn(
  typed: string | undefined,
  verb: "resume" | "attach",
  flags: FleetFlags & WaitFlags,
  context: CliContext,
  going: (run: RunId) => Going,
): Promise<void> {
  return runFleetVerb(
    {
      purpose: "action",
      flags,
      patterns: [],
      work: async ({ inventory }, _selection, tools) => {
        const run = await chosen(typed, verb, tools.journal);
        if (!run.ok) return err([run.error]);
        const consent = consentOf({ ...flags, yes: true }, context, tools.interruption.draining);
        return resumeRun({ ...going(run.value.run), inventory }, consent, tools);
      },
    },
    context,
  );
}

/** Shows what another process does. It needs no project: nothing is asked of the hosts. */
async function watch(run: RunId, journal: Journal, flags: FleetFlags, context: CliContext): Promise<void> {
  const options = outputOptions(flags, "action", context);
  const again = repetitionOf(flags);
  const reporter = createReporter(options, { ...context, now: Date.now, again }, "action");
  const interruption = createInterruption();
  const silence = listenForSignals(interruption, () => context.exitNow(exitCodes.interrupted));
  try {
    const outcome = await watchRun(run, { journal, audience: reporter, signal: interruption.draining });
    if (!outcome.ok) reporter.failures(outcome.error);
    context.exit(outcome.ok ? outcome.value : failureExitCode(outcome.error, undefined));
  } finally {
    silence();
    reporter.end();
  }
}

const openTo = {
  resume: (state: RunRecord["state"]): boolean => state !== "running" && state !== "ended",
  attach: (state: RunRecord["state"]): boolean => state === "running" || state === "detached" || state === "died",
};

/** The run that was named, or the latest that the verb can do something about. */
async function chosen(
  typed: string | undefined,
  verb: "resume" | "attach",
  journal: Journal,
): Promise<Result<RunRecord, Failure>> {
  const list = await journal.list();
  if (!list.ok) return list;
  const { runs } = list.value;
  if (typed === undefined) {
    const latest = runs.find(({ state }) => openTo[verb](state));
    if (latest !== undefined) return ok(latest);
    const what = verb === "resume" ? "no run was left to go on with" : "no run is going on or was left";
    return err(failure("cli/not-resumable", what, { next: "nixfleet runs list shows the runs" }));
  }
  const named = await findRun(typed, journal);
  if (!named.ok) return named;
  const record = runs.find(({ run }) => run === named.value);
  if (record === undefined) throw new Error(`run ${named.value} was found and is not in the list`);
  return ok(record);
}
