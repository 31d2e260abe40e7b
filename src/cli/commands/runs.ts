/** `nixfleet runs`: what was done from this machine, and what became of it. */
import type { Command } from "commander";
import { exitCodeOf, exitCodes } from "../../domain/outcome/exit-codes.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { failureCodes } from "../../domain/outcome/failure-codes/index.ts";
import type { Journal } from "../../ports/journal.ts";
import { findRun } from "../../workflows/runs/find-run.ts";
import type { CliContext } from "../context.ts";
import { wholeNumber } from "../fleet-options.ts";
import { addOutputOptions, type OutputFlags, outputOptions } from "../output-options.ts";
import { renderFailures } from "../render/failures.ts";
import { outputTo } from "../render/output.ts";
import { renderRun, renderRuns } from "../render/runs.ts";
import { styleFor } from "../render/style.ts";
import { wireJournal } from "../wire.ts";
import { configureAttach, configureResume } from "./runs-resume.ts";

interface ListFlags extends OutputFlags {
  readonly number: number;
}

/** Enough to find what was done this week, few enough for a screen. */
const LISTED_RUNS = 20;

export function configure(command: Command, context: CliContext): void {
  addOutputOptions(command.command("list").description("the latest runs, newest first"))
    .option("-n, --number <n>", "so many at most", wholeNumber, LISTED_RUNS)
    .action((flags: ListFlags) => withJournal(context, flags, (journal) => list(journal, flags, context)));
  addOutputOptions(command.command("show").description("what became of one run"))
    .argument("<run>", 'the run\'s id, its beginning, or "last"')
    .action((typed: string, flags: OutputFlags) =>
      withJournal(context, flags, (journal) => show(journal, typed, flags, context)),
    );
  configureResume(command.command("resume").description("go on with a run that was left, paused or halted"), context);
  configureAttach(command.command("attach").description("follow a run that is going on or was left"), context);
}

type Work = (journal: Journal) => Promise<Failure | undefined>;

async function withJournal(context: CliContext, flags: OutputFlags, work: Work): Promise<void> {
  const stderr = outputTo(context.stderr);
  const tell = (failure: Failure): void =>
    stderr.write(renderFailures([failure], styleFor(context.stderr, context.env, flags.color)));
  const problem = await work(await wireJournal(context, tell));
  if (problem !== undefined) tell(problem);
  context.exit(problem === undefined ? exitCodes.ok : exitCodeOf(failureCodes[problem.code].kind));
}

async function list(journal: Journal, flags: ListFlags, context: CliContext): Promise<Failure | undefined> {
  const listed = await journal.list();
  if (!listed.ok) return listed.error;
  const runs = listed.value.runs.slice(0, flags.number);
  const { format, color } = outputOptions(flags, "query", context);
  const stdout = outputTo(context.stdout);
  if (format === "json") stdout.write(`${JSON.stringify({ runs }, null, 2)}\n`);
  else if (format === "ndjson") stdout.write(runs.map((run) => `${JSON.stringify(run)}\n`).join(""));
  else stdout.write(renderRuns(runs, styleFor(context.stdout, context.env, color)));
  outputTo(context.stderr).write(renderFailures(listed.value.diagnostics));
  return undefined;
}

async function show(
  journal: Journal,
  typed: string,
  flags: OutputFlags,
  context: CliContext,
): Promise<Failure | undefined> {
  const run = await findRun(typed, journal);
  if (!run.ok) return run.error;
  const reading = await journal.read(run.value);
  if (!reading.ok) return reading.error;
  const { format, color, verbosity } = outputOptions(flags, "query", context);
  const stdout = outputTo(context.stdout);
  const style = styleFor(context.stdout, context.env, color);
  if (format === "json") stdout.write(`${JSON.stringify(reading.value, null, 2)}\n`);
  else if (format === "ndjson")
    stdout.write(reading.value.events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  else stdout.write(renderRun(reading.value, { style, width: stdout.width(), verbosity }));
  outputTo(context.stderr).write(renderFailures(reading.value.diagnostics));
  return undefined;
}
