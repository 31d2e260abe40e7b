/** `nixfleet hosts`: what a selection selects, and why; a rehearsal for every verb that takes the same flags. */
import type { Command } from "commander";
import { ok } from "../../domain/outcome/result.ts";
import type { CliContext } from "../context.ts";
import { addQueryOptions, type QueryFlags, runQuery } from "../inventory-query.ts";
import { projectRequest } from "../project-options.ts";
import { jsonText, selectionRecord } from "../render/inventory-json.ts";
import { renderSelection } from "../render/inventory-table.ts";
import { addSelectionOptions, type SelectionFlags, selectionRequest } from "../selection-options.ts";
import { wireJournal, wireProject } from "../wire.ts";

type HostsFlags = QueryFlags & SelectionFlags & { readonly names?: true };

const GRAMMAR = `
Patterns are those of Ansible; terms are joined by , or : in any order:
  web                 hosts of the group web, or the host web
  'web-*' 'db[1-3]'   globs and numeric ranges, over hosts and groups
  ~web-(1|2)$         a regular expression, bound to the start
  web[0:2] web[-1]    the first three, the last host of a group
  '&prod' '!db*'      only those also in prod; not those of db*
  @list.txt           terms from a file, one or more a line
Values of one flag are alternatives, different flags narrow each other, --exclude comes last.`;

export function configure(command: Command, context: CliContext): void {
  addSelectionOptions(addQueryOptions(command))
    .argument("[pattern...]", "host patterns, as for --limit")
    .option("--names", "only names, one a line")
    .addHelpText("after", GRAMMAR)
    .action((patterns: readonly string[], flags: HostsFlags) => showSelected(patterns, flags, context));
}

function showSelected(patterns: readonly string[], flags: HostsFlags, context: CliContext): Promise<void> {
  return runQuery(context, flags, async ({ style }) => {
    const { loadProject } = await import("../../workflows/inventory/load-project.ts");
    const { selectHosts } = await import("../../workflows/inventory/select-hosts.ts");
    const { rerunHostsFrom } = await import("../../workflows/inventory/rerun-hosts.ts");
    const ports = await wireProject(context);
    const project = await loadProject(projectRequest(flags, context), ports);
    if (!project.ok) return project;
    const { inventory } = project.value;
    const rerunHosts = async (request: Parameters<ReturnType<typeof rerunHostsFrom>>[0]) =>
      rerunHostsFrom(await wireJournal(context, () => {}))(request);
    const selection = await selectHosts(inventory, selectionRequest(flags, patterns), {
      cwd: context.cwd,
      ports: { files: ports.files, rerunHosts },
    });
    if (!selection.ok) return selection;
    const warnings = [...project.value.warnings, ...selection.value.warnings];
    if (flags.names === true)
      return ok({ text: selection.value.hosts.map(({ host }) => `${host.name}\n`).join(""), warnings });
    const { value } = selection;
    const text =
      flags.json === true ? jsonText(selectionRecord(value, inventory)) : renderSelection(value, inventory, style);
    return ok({ text, warnings });
  });
}
