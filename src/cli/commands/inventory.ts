/** `nixfleet inventory`: what the inventory says, once everything in it is worked out. */
import type { Command } from "commander";
import type { ResolvedHost } from "../../domain/inventory/resolved.ts";
import { didYouMean } from "../../domain/near-miss.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { CliContext } from "../context.ts";
import { type Answer, addQueryOptions, type QueryFlags, runQuery, type View } from "../inventory-query.ts";
import { projectRequest } from "../project-options.ts";
import { renderGraph } from "../render/inventory-graph.ts";
import { renderHost } from "../render/inventory-host.ts";
import { graphRecord, hostRecord, inventoryRecord, jsonText } from "../render/inventory-json.ts";
import { renderReference } from "../render/inventory-reference.ts";
import { renderInventory } from "../render/inventory-table.ts";
import { outputTo } from "../render/output.ts";
import { wireProject } from "../wire.ts";

export function configure(command: Command, context: CliContext): void {
  addQueryOptions(command.command("list").description("all hosts with their groups, roles and tags")).action(
    (flags: QueryFlags) =>
      aboutInventory(context, flags, (inventory, { style }) =>
        flags.json === true ? jsonText(inventoryRecord(inventory)) : renderInventory(inventory, style),
      ),
  );
  addQueryOptions(command.command("graph").description("the groups as a tree")).action((flags: QueryFlags) =>
    aboutInventory(context, flags, (inventory, view) =>
      flags.json === true ? jsonText(graphRecord(inventory)) : renderGraph(inventory, view),
    ),
  );
  addQueryOptions(command.command("show").description("everything that holds for one host"))
    .argument("<host>")
    .option("--origin", "also where each value was written")
    .action((name: string, flags: ShowFlags) =>
      runQuery(context, flags, (view) => showHost(name, flags, context, view)),
    );
  configureSchema(command, context);
}

type ShowFlags = QueryFlags & { readonly origin?: true };
type Inventory = Parameters<typeof inventoryRecord>[0];

function aboutInventory(context: CliContext, flags: QueryFlags, text: (inventory: Inventory, view: View) => string) {
  return runQuery(context, flags, async (view) => {
    const { loadProject } = await import("../../workflows/inventory/load-project.ts");
    const project = await loadProject(projectRequest(flags, context), await wireProject(context));
    if (!project.ok) return project;
    const { inventory, warnings } = project.value;
    return ok({ text: text(inventory, view), warnings });
  });
}

async function showHost(
  name: string,
  flags: ShowFlags,
  context: CliContext,
  { style }: View,
): Promise<Result<Answer, readonly Failure[]>> {
  const { loadWithOrigins } = await import("../../workflows/inventory/explain-host.ts");
  const { loadProject } = await import("../../workflows/inventory/load-project.ts");
  const [request, ports] = [projectRequest(flags, context), await wireProject(context)];
  const explained =
    flags.origin === true ? await loadWithOrigins(request, ports.files) : await loadProject(request, ports);
  if (!explained.ok) return explained;
  const { inventory, warnings } = explained.value;
  const host = inventory.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) return err([unknownHost(name, inventory.hosts)]);
  const origins = "originsOf" in explained.value ? explained.value.originsOf(name) : undefined;
  return ok({
    text: flags.json === true ? jsonText(hostRecord(host, origins)) : renderHost(host, origins, style),
    warnings,
  });
}

const unknownHost = (name: string, hosts: readonly ResolvedHost[]): Failure =>
  failure("inventory/unknown-host", `no host is named "${name}"`, {
    next:
      didYouMean(
        name,
        hosts.map((host) => host.name),
      ) ?? "nixfleet inventory list shows all hosts",
  });

function configureSchema(command: Command, context: CliContext): void {
  command
    .command("schema")
    .description("the JSON Schema of inventory files, for editors; or the reference of all settings")
    .option("--markdown", "the reference, as Markdown tables")
    .addHelpText("after", EDITOR_HELP)
    .action(async (flags: { readonly markdown?: true }) => {
      const text = flags.markdown === true ? await referenceText() : await schemaText();
      outputTo(context.stdout).write(text);
    });
}

const EDITOR_HELP = `
With the schema beside the inventory, editors check and complete as you type. The first line of the inventory is then:
  # yaml-language-server: $schema=./inventory.schema.json`;

async function schemaText(): Promise<string> {
  const { inventoryJsonSchema } = await import("../../domain/inventory/schema/json-schema.ts");
  return jsonText(inventoryJsonSchema());
}

async function referenceText(): Promise<string> {
  const { inventoryReference } = await import("../../domain/inventory/schema/reference.ts");
  return renderReference(inventoryReference());
}
