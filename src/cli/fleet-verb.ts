/** What every verb that deals with hosts does around its workflow: load, select, wire, watch for signals, report, exit. */
import { withBuildWishes } from "../domain/build/wishes.ts";
import { foldHosts } from "../domain/fold-hosts.ts";
import { type ExitCode, exitCodes } from "../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { failureExitCode } from "../domain/outcome/run-exit-code.ts";
import type { Selection } from "../domain/selection/request.ts";
import type { NewHostKeys } from "../ports/host-keys.ts";
import { type LoadedProject, loadProject } from "../workflows/inventory/load-project.ts";
import { rerunHostsFrom } from "../workflows/inventory/rerun-hosts.ts";
import { selectHosts } from "../workflows/inventory/select-hosts.ts";
import { createInterruption, type Interruption, type Tools } from "../workflows/tools.ts";
import { buildWishes } from "./build-options.ts";
import type { CliContext } from "./context.ts";
import type { FleetFlags } from "./fleet-options.ts";
import { outputOptions } from "./output-options.ts";
import { projectRequest } from "./project-options.ts";
import { createReporter, type Reporter } from "./render/reporter.ts";
import { type Repetition, repetitionOf } from "./repetition.ts";
import { selectionRequest } from "./selection-options.ts";
import { listenForSignals } from "./signals.ts";
import { wireLab } from "./wire/machine.ts";
import { wireJournal, wireProject, wireTools } from "./wire.ts";

export interface FleetVerb {
  readonly purpose: "query" | "action";
  readonly flags: FleetFlags;
  readonly patterns: readonly string[];
  /** What this verb needs to be told again, beside the flags that all have. */
  readonly again?: Partial<Repetition>;
  /** For a verb that may meet hosts for the first time. */
  readonly newHostKeys?: NewHostKeys;
  /** Called when the project cannot be loaded; undefined when that is the end of it. */
  readonly withoutProject?: (reasons: readonly Failure[], signal: AbortSignal) => Promise<ExitCode | undefined>;
  readonly work: (
    project: LoadedProject,
    selection: Selection,
    tools: Tools,
  ) => Promise<Result<ExitCode, readonly Failure[]>>;
}

export async function runFleetVerb(verb: FleetVerb, context: CliContext): Promise<void> {
  const options = outputOptions(verb.flags, verb.purpose, context);
  const again = repetitionOf(verb.flags, verb.again);
  const reporter = createReporter(options, { ...context, now: Date.now, again }, verb.purpose);
  const interruption = createInterruption();
  try {
    const outcome = await loadAndWork(verb, reporter, interruption, context);
    if (!outcome.ok) reporter.failures(outcome.error);
    context.exit(outcome.ok ? outcome.value : failureExitCode(outcome.error, interruption.first));
  } finally {
    reporter.end();
  }
}

async function loadAndWork(
  verb: FleetVerb,
  reporter: Reporter,
  interruption: Interruption,
  context: CliContext,
): Promise<Result<ExitCode, readonly Failure[]>> {
  const { flags, patterns } = verb;
  const ports = await wireProject(context);
  const loaded = await loadProject(projectRequest(flags, context), ports);
  if (!loaded.ok) {
    const exit = await verb.withoutProject?.(loaded.error, interruption.draining);
    return exit === undefined ? loaded : ok(exit);
  }
  const destination = await destined(loaded.value, flags, reporter, context);
  if (!destination.ok) return destination;
  const wished = withBuildWishes(destination.value.inventory, buildWishes(flags));
  if (!wished.ok) return wished;
  const project = ok({ ...destination.value, inventory: wished.value });
  reporter.warnings(project.value.warnings);
  const journal = await wireJournal(context, (trouble) => reporter.warnings([trouble]));
  const selection = await selectHosts(project.value.inventory, selectionRequest(flags, patterns), {
    cwd: context.cwd,
    ports: { files: ports.files, rerunHosts: rerunHostsFrom(journal) },
  });
  if (!selection.ok) return selection;
  reporter.warnings(selection.value.warnings);
  const { newHostKeys } = verb;
  const parts = { context, flags, project: project.value, journal, audience: reporter, interruption };
  const tools = await wireTools(newHostKeys === undefined ? parts : { ...parts, newHostKeys });
  if (!tools.ok) return err(tools.error);
  const silence = listenForSignals(interruption, () => context.exitNow(exitCodes.interrupted));
  try {
    return await verb.work(project.value, selection.value, tools.value);
  } finally {
    silence();
  }
}

/** With --lab the fleet is the one in the lab. */
async function destined(
  project: LoadedProject,
  { lab }: FleetFlags,
  reporter: Reporter,
  context: CliContext,
): Promise<Result<LoadedProject, readonly Failure[]>> {
  if (lab === undefined) return ok(project);
  const { rehearse } = await import("../workflows/lab/rehearse.ts");
  const rehearsal = await rehearse(project.inventory, await wireLab(context, lab === true ? {} : { state: lab }));
  if (!rehearsal.ok) return err([rehearsal.error]);
  const { inventory, leftOut } = rehearsal.value;
  if (leftOut.length > 0) reporter.note(`the lab has no machine for ${foldHosts(leftOut)}: left out`);
  return ok({ ...project, inventory });
}

/** For a verb that would change hosts: without any selection it is all of them, and that should be typed. */
export function needsSelection(selection: Selection, verb: string): Failure | undefined {
  if (!selection.unrestricted || selection.hosts.length <= 1) return undefined;
  return failure("cli/no-selection", `nixfleet ${verb} was not told which hosts`, {
    next: `nixfleet ${verb} --group all means every host; --host, --group, --tag, --role and --limit narrow it`,
  });
}
