/** `nixfleet secrets`: the encrypted files of the project. */
import type { Command } from "commander";
import type { HostName } from "../../domain/ids.ts";
import { exitCodeOf, worstExitCode } from "../../domain/outcome/exit-codes.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { failureCodes } from "../../domain/outcome/failure-codes/index.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import { type LoadedProject, loadProject } from "../../workflows/inventory/load-project.ts";
import { secretFile } from "../../workflows/secrets/encrypted-file.ts";
import type { SecretTools } from "../../workflows/secrets/tools.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { type FleetVerb, runFleetVerb } from "../fleet-verb.ts";
import { interruptible } from "../interruptible.ts";
import { addProjectOptions, type ProjectFlags, projectRequest } from "../project-options.ts";
import { outputTo } from "../render/output.ts";
import { renderProblems } from "../render/problems.ts";
import { renderChecked, renderEdited, renderGenerated, renderRekeyed } from "../render/secrets.ts";
import { styleFor } from "../render/style.ts";
import { addSelectionOptions, type SelectionFlags, selectionRequest } from "../selection-options.ts";
import { wireJournal, wireProject, wireSecretTools } from "../wire.ts";

interface FileFlags extends ProjectFlags {
  readonly host?: string;
}

interface GenerateFlags extends ProjectFlags, SelectionFlags {
  readonly rotate?: readonly string[];
  readonly due?: true;
}

type CheckFlags = ProjectFlags & SelectionFlags;

export function configure(command: Command, context: CliContext): void {
  const ofOneFile = (name: string, description: string) =>
    addProjectOptions(
      command
        .command(name)
        .description(description)
        .argument("<name>", "a secret of the environment, or the path of an encrypted file")
        .option("--host <host>", "the secret that is this host's own"),
    );
  ofOneFile("edit", "change a secret in your editor, or make a new one").action((name: string, flags: FileFlags) =>
    withProject(flags, context, (project, tools) => edit(fileNamed(name, flags, project), tools), EDITING_SIGNALS),
  );
  ofOneFile("show", "print a secret").action((name: string, flags: FileFlags) =>
    withProject(flags, context, (project, tools) => show(fileNamed(name, flags, project), tools, context)),
  );
  const generate = command
    .command("generate")
    .description("make the secrets that are missing and have a generator")
    .argument("[pattern...]", "for these hosts only")
    .option("--rotate <name...>", "make these anew, though they exist")
    .option("--due", "also those that are older than their rotateAfterDays");
  addSelectionOptions(addProjectOptions(generate)).action((patterns: readonly string[], flags: GenerateFlags) =>
    withProject(flags, context, (project, tools) => make(patterns, flags, project, tools, context)),
  );
  addProjectOptions(
    command.command("rekey").description("after a change of recipients.yaml, encrypt anew what needs it"),
  ).action((flags: ProjectFlags) => withProject(flags, context, (_project, tools) => reencrypt(tools)));
  const hosts = command
    .command("hosts")
    .description("note the ssh keys of hosts in recipients.yaml")
    .argument("[pattern...]");
  addFleetOptions(hosts, {}).action((patterns: readonly string[], flags: FleetFlags) =>
    noteHosts(patterns, flags, context),
  );
  const checked = command
    .command("check")
    .description("every declared secret is there, opens, and is for the right people")
    .argument("[pattern...]", "for these hosts only");
  addSelectionOptions(addProjectOptions(checked)).action((patterns: readonly string[], flags: CheckFlags) =>
    withProject(flags, context, (project, tools) => check(patterns, flags, project, tools, context)),
  );
}

function noteHosts(patterns: readonly string[], flags: FleetFlags, context: CliContext): Promise<void> {
  const work: FleetVerb["work"] = async (_project, { hosts }, tools) => {
    const { noteHostKeys } = await import("../../workflows/secrets/host-keys.ts");
    return noteHostKeys(
      hosts.map(({ host }) => host),
      tools,
    );
  };
  return runFleetVerb({ purpose: "query", flags, patterns, work }, context);
}

interface SecretsAnswer {
  /** For people, on standard error. */
  readonly text: string;
  readonly failures?: readonly Failure[];
}

type Work = (project: LoadedProject, tools: SecretTools) => Promise<Result<SecretsAnswer, readonly Failure[]>>;

const ALL_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Ctrl-C in an editor is the editor's own affair. */
const EDITING_SIGNALS = ["SIGTERM", "SIGHUP"] as const;

async function withProject(
  flags: ProjectFlags,
  context: CliContext,
  work: Work,
  heeded: Parameters<typeof interruptible>[0] = ALL_SIGNALS,
): Promise<void> {
  const exit = await interruptible(heeded, (signal) => loadAndWork(flags, context, work, signal));
  if (exit !== undefined) context.exit(exit);
}

async function loadAndWork(flags: ProjectFlags, context: CliContext, work: Work, signal: AbortSignal): Promise<void> {
  const project = await loadProject(projectRequest(flags, context), await wireProject(context));
  const outcome = project.ok
    ? await work(project.value, await wireSecretTools(context, project.value, signal))
    : project;
  const failures = outcome.ok ? (outcome.value.failures ?? []) : outcome.error;
  const stderr = outputTo(context.stderr);
  if (outcome.ok) stderr.write(outcome.value.text);
  if (failures.length === 0) return;
  stderr.write(renderProblems(failures, styleFor(context.stderr, context.env)));
  context.exit(worstExitCode(failures.map(({ code }) => exitCodeOf(failureCodes[code].kind))));
}

const fileNamed = (name: string, { host }: FileFlags, { inventory }: LoadedProject): string =>
  secretFile(name, inventory.environment, host);

async function edit(file: string, tools: SecretTools) {
  const { editSecret } = await import("../../workflows/secrets/edit.ts");
  const edited = await editSecret(file, tools);
  return edited.ok ? ok({ text: renderEdited(file, edited.value) }) : all(edited);
}

async function show(file: string, tools: SecretTools, { stdout }: CliContext) {
  const { openFile } = await import("../../workflows/secrets/encrypted-file.ts");
  const value = await openFile(file, tools);
  if (!value.ok) return all(value);
  stdout.write(value.value);
  return ok({ text: "" });
}

async function make(
  patterns: readonly string[],
  flags: GenerateFlags,
  project: LoadedProject,
  tools: SecretTools,
  context: CliContext,
) {
  const { generate } = await import("../../workflows/secrets/generate.ts");
  const hosts = await selectedHosts(patterns, flags, project, context);
  if (!hosts.ok) return hosts;
  const { rotate = [], due = false } = flags;
  const made = await generate({ hosts: hosts.value, rotate, due }, tools);
  return made.ok ? ok({ text: renderGenerated(made.value) }) : all(made);
}

async function reencrypt(tools: SecretTools) {
  const { rekey } = await import("../../workflows/secrets/rekey.ts");
  const done = await rekey(tools);
  return done.ok ? ok({ text: renderRekeyed(done.value), failures: done.value.failures }) : all(done);
}

async function check(
  patterns: readonly string[],
  flags: CheckFlags,
  project: LoadedProject,
  tools: SecretTools,
  context: CliContext,
) {
  const { checkSecrets } = await import("../../workflows/secrets/check.ts");
  const hosts = await selectedHosts(patterns, flags, project, context);
  if (!hosts.ok) return hosts;
  const { inventory } = project;
  // What only some hosts were asked about may well be used by others.
  const isWhole = hosts.value.length === inventory.hosts.length;
  const done = await checkSecrets(hosts.value, isWhole ? inventory.environment : undefined, tools);
  return done.ok ? ok({ text: renderChecked(done.value), failures: done.value.findings }) : all(done);
}

/** All hosts of the inventory, or those that were selected. */
async function selectedHosts(
  patterns: readonly string[],
  flags: SelectionFlags,
  { inventory }: LoadedProject,
  context: CliContext,
): Promise<Result<readonly HostName[], readonly Failure[]>> {
  const { selectHosts } = await import("../../workflows/inventory/select-hosts.ts");
  const { rerunHostsFrom } = await import("../../workflows/inventory/rerun-hosts.ts");
  const journal = await wireJournal(context, () => {});
  const { files } = await wireProject(context);
  const ports = { files, rerunHosts: rerunHostsFrom(journal) };
  const selection = await selectHosts(inventory, selectionRequest(flags, patterns), { cwd: context.cwd, ports });
  return selection.ok ? ok(selection.value.hosts.map(({ host }) => host.name)) : selection;
}

const all = (outcome: { readonly ok: false; readonly error: Failure }) =>
  ({ ok: false, error: [outcome.error] }) as const;
