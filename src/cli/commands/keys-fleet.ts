/** `nixfleet keys list` and `keys trust`: the keys of a fleet, and the hosts that have to know them. */
import type { Command } from "commander";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { needsSelection, runFleetVerb } from "../fleet-verb.ts";
import { addQueryOptions, type QueryFlags, runQuery } from "../inventory-query.ts";
import { projectRequest } from "../project-options.ts";
import { jsonText } from "../render/inventory-json.ts";
import { renderKeyList } from "../render/keys.ts";
import { wireSigningKeys } from "../wire/machine.ts";
import { wireProject } from "../wire.ts";

export function configureKeyList(command: Command, context: CliContext): void {
  addQueryOptions(command).action((flags: QueryFlags) =>
    runQuery(context, flags, async () => {
      const { loadProject } = await import("../../workflows/inventory/load-project.ts");
      const { listKeys } = await import("../../workflows/keys.ts");
      const project = await loadProject(projectRequest(flags, context), await wireProject(context));
      if (!project.ok) return project;
      const { inventory, warnings } = project.value;
      const signing = await wireSigningKeys(context);
      const file = keyFileOf(inventory, context) ?? signing.defaultFile;
      const keys = await listKeys(file, inventory.fleet.publicKeys, signing);
      return ok({ text: flags.json === true ? jsonText({ keys }) : renderKeyList(keys), warnings });
    }),
  );
}

export function configureTrust(command: Command, context: CliContext): void {
  addFleetOptions(command.argument("[pattern...]", "hosts, as with --limit"), { activates: true });
  command.action((patterns: readonly string[], flags: FleetFlags) =>
    runFleetVerb(
      {
        purpose: "action",
        flags,
        patterns,
        work: async ({ inventory }, selection, tools) => {
          const unselected = needsSelection(selection, "keys trust");
          if (unselected !== undefined) return err([unselected]);
          const signing = await wireSigningKeys(context);
          const own = await signing.read(keyFileOf(inventory, context) ?? signing.defaultFile);
          if (!own.ok) return err([own.error]);
          const keys = [...new Set([...inventory.fleet.publicKeys, own.value.publicKey])];
          const { trustKeys } = await import("../../workflows/trust-keys.ts");
          return trustKeys({ hosts: selection.hosts.map(({ host }) => host), keys }, tools);
        },
      },
      context,
    ),
  );
}

const keyFileOf = ({ fleet }: Inventory, { env }: CliContext): string | undefined =>
  env.NIXFLEET_SIGNING_KEY || fleet.signingKey;
