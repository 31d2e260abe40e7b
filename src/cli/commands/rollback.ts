/** `nixfleet rollback`: back to an earlier generation of each host. */
import { type Command, InvalidArgumentError } from "commander";
import { type Generation, parseGeneration } from "../../domain/ids.ts";
import { err } from "../../domain/outcome/result.ts";
import { rollBack, showRollback } from "../../workflows/rollback.ts";
import { confirmer } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags, selectionWords, typedParallel } from "../fleet-options.ts";
import { needsSelection, runFleetVerb } from "../fleet-verb.ts";

interface RollbackFlags extends FleetFlags {
  readonly to: "previous" | Generation;
  readonly yes?: true;
  readonly check?: true;
}

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[pattern...]", "hosts, as with --limit")
    .option("--to <generation>", "previous, or a number; 0 manages nothing", target, "previous")
    .option("-y, --yes", "do not ask")
    .option("--check", "only show the plan");
  addFleetOptions(command, { plans: true, activates: true, parallel: true, locks: true, reports: true });
  command.action((patterns: readonly string[], flags: RollbackFlags) => goBack("rollback", patterns, flags, context));
}

/** Also what `nixfleet remove` does, with generation 0. */
export function goBack(
  verb: "rollback" | "remove",
  patterns: readonly string[],
  flags: RollbackFlags,
  context: CliContext,
): Promise<void> {
  return runFleetVerb(
    {
      purpose: flags.check === true ? "query" : "action",
      flags,
      patterns,
      again: verb === "rollback" ? { flags: ["--to", String(flags.to)] } : {},
      work: async ({ inventory }, selection, tools) => {
        const unselected = needsSelection(selection, verb);
        if (unselected !== undefined) return err([unselected]);
        const request = {
          verb,
          inventory,
          hosts: selection.hosts.map(({ host }) => host),
          selection: selectionWords(flags, patterns),
          ...typedParallel(flags),
          to: flags.to,
        };
        if (flags.check === true) return showRollback(request, tools);
        return rollBack(request, confirmer(flags.yes === true, context, tools.interruption.draining), tools);
      },
    },
    context,
  );
}

function target(text: string): "previous" | Generation {
  if (text === "previous") return text;
  const generation = /^[0-9]{1,9}$/.test(text) ? parseGeneration(Number(text)) : undefined;
  if (generation === undefined) throw new InvalidArgumentError("expected previous or the number of a generation.");
  return generation;
}
