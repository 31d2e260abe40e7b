/** `nixfleet __names KIND`: names that the inventory knows, for completion. Quick, and silent when there is no inventory. */
import { Argument, type Command } from "commander";
import { exitCodes } from "../../domain/outcome/exit-codes.ts";
import { loadProject } from "../../workflows/inventory/load-project.ts";
import { type NameKind, nameKinds } from "../completion/command-table.ts";
import type { CliContext } from "../context.ts";
import { addProjectOptions, type ProjectFlags, projectRequest } from "../project-options.ts";
import { outputTo } from "../render/output.ts";
import { printable } from "../render/printable.ts";
import { wireProject } from "../wire.ts";

export function configure(command: Command, context: CliContext): void {
  addProjectOptions(command)
    .addArgument(new Argument("<kind>").choices(nameKinds))
    .action((kind: NameKind, flags: ProjectFlags) => printNames(kind, flags, context));
}

async function printNames(kind: NameKind, flags: ProjectFlags, context: CliContext): Promise<void> {
  const project = await loadProject(projectRequest(flags, context), await wireProject(context));
  context.exit(exitCodes.ok);
  if (!project.ok) return;
  const { hosts, groups } = project.value.inventory;
  const names = {
    hosts: () => hosts.map((host) => host.name),
    groups: () => [...groups.keys()],
    tags: () => hosts.flatMap((host) => host.tags),
    roles: () => hosts.flatMap((host) => host.roles),
  }[kind]();
  outputTo(context.stdout).write([...new Set<string>(names)].map((name) => `${printable(name)}\n`).join(""));
}
