/** What every verb that deals with hosts does around its workflow: load, select, wire, watch for signals, report, exit. */
import { foldHosts } from "../domain/fold-hosts.ts";
import { type ExitCode, exitCodeOf, exitCodes, worstExitCode } from "../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { failureCodes } from "../domain/outcome/failure-codes/index.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Selection } from "../domain/selection/request.ts";
import { type LoadedProject, loadProject } from "../workflows/inventory/load-project.ts";
import { rerunHostsFrom } from "../workflows/inventory/rerun-hosts.ts";
import { selectHosts } from "../workflows/inventory/select-hosts.ts";
import { createInterruption, type Tools } from "../workflows/tools.ts";
import type { CliContext } from "./context.ts";
import type { FleetFlags } from "./fleet-options.ts";
import { outputOptions } from "./output-options.ts";
import { projectRequest } from "./project-options.ts";
import { createReporter, type Reporter } from "./render/reporter.ts";
import { selectionRequest } from "./selection-options.ts";
import { listenForSignals } from "./signals.ts";
import { wireJournal, wireLab, wireProject, wireTools } from "./wire.ts";

export interface FleetVerb {
  readonly purpose: "query" | "action";
  readonly flags: FleetFlags;
  readonly patterns: readonly string[];
  readonly work: (
    project: LoadedProject,
    selection: Selection,
    tools: Tools,
  ) => Promise<Result<ExitCode, readonly Failure[]>>;
}

export async function runFleetVerb(verb: FleetVerb, context: CliContext): Promise<void> {
  const reporter = createReporter(
    outputOptions(verb.flags, verb.purpose, context),
    { ...context, now: Date.now },
    verb.purpose,
  );
  try {
    const outcome = await loadAndWork(verb, reporter, context);
    if (!outcome.ok) reporter.failures(outcome.error);
    context.exit(outcome.ok ? outcome.value : exitCodeOfFailures(outcome.error));
  } finally {
    reporter.end();
  }
}

async function loadAndWork(
  verb: FleetVerb,
  reporter: Reporter,
  context: CliContext,
): Promise<Result<ExitCode, readonly Failure[]>> {
  const { flags, patterns } = verb;
  const ports = await wireProject(context);
  const loaded = await loadProject(projectRequest(flags, context), ports);
  if (!loaded.ok) return loaded;
  const project = await destined(loaded.value, flags, reporter, context);
  if (!project.ok) return project;
  for (const warning of project.value.warnings) reporter.note(`warning: ${warning.what}`);
  const journal = await wireJournal(context, (trouble) => reporter.note(`warning: ${trouble.what}`));
  const selection = await selectHosts(project.value.inventory, selectionRequest(flags, patterns), {
    cwd: context.cwd,
    ports: { files: ports.files, rerunHosts: rerunHostsFrom(journal) },
  });
  if (!selection.ok) return selection;
  for (const warning of selection.value.warnings) reporter.note(`warning: ${warning.what}`);
  const interruption = createInterruption();
  const tools = await wireTools({ context, flags, project: project.value, journal, audience: reporter, interruption });
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

export const exitCodeOfFailures = (failures: readonly Failure[]): ExitCode =>
  worstExitCode(
    failures.map(({ code }) =>
      code === "cli/interrupted" ? exitCodes.interrupted : exitCodeOf(failureCodes[code].kind),
    ),
  );

/** For a verb that would change hosts: without any selection it is all of them, and that should be typed. */
export function needsSelection(selection: Selection, verb: string): Failure | undefined {
  if (!selection.unrestricted || selection.hosts.length <= 1) return undefined;
  return failure("cli/no-selection", `nixfleet ${verb} was not told which hosts`, {
    next: `nixfleet ${verb} --group all means every host; --host, --group, --tag, --role and --limit narrow it`,
  });
}
