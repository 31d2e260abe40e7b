/** `nixfleet remove`: stop managing hosts; what was adopted is restored, what was added goes. */
import type { Command } from "commander";
import { parseGeneration } from "../../domain/ids.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { goBack } from "./rollback.ts";

interface RemoveFlags extends FleetFlags {
  readonly yes?: true;
  readonly check?: true;
}

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[pattern...]", "hosts, as with --limit")
    .option("-y, --yes", "do not ask")
    .option("--check", "only show the plan");
  addFleetOptions(command, { plans: true, activates: true, parallel: true, locks: true, reports: true });
  command.action((patterns: readonly string[], flags: RemoveFlags) => {
    const nothing = parseGeneration(0);
    if (nothing === undefined) throw new Error("0 is a generation");
    return goBack("remove", patterns, { ...flags, to: nothing }, context);
  });
}
