/** `nixfleet diff`: what lies between two closures of a host. */
import { Argument, type Command, InvalidArgumentError } from "commander";
import { exitCodes } from "../../domain/outcome/exit-codes.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import { diffHost, parseSideName, type SideName } from "../../workflows/diff.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { runFleetQuery } from "../fleet-query.ts";
import { oneHost } from "../one-host.ts";
import { differenceRecord, renderDifference } from "../render/difference.ts";

type DiffFlags = FleetFlags & { readonly detailedExitcode?: true };

const SIDES = `
A closure is named by:
  live          what the host runs now; previous: what it ran before
  desired       what the fleet's configuration describes now: evaluates and builds it
  7             a generation of the host; 0 manages nothing
  /nix/store/…  a closure, here or on the host`;

export function configure(command: Command, context: CliContext): void {
  command
    .argument("<host>", "a host, or a pattern that selects one")
    .addArgument(new Argument("[from]", "a closure").argParser(side).default({ kind: "live" }, "live"))
    .addArgument(new Argument("[to]", "a closure").argParser(side).default({ kind: "desired" }, "desired"))
    .option("--detailed-exitcode", "exit with 2 when they differ")
    .addHelpText("after", SIDES);
  addFleetOptions(command, { plans: true, evaluates: true, builds: true });
  command.action((pattern: string, from: SideName, to: SideName, flags: DiffFlags) =>
    runFleetQuery(
      {
        flags,
        patterns: [pattern],
        ask: async ({ inventory }, selection, tools) => {
          const host = oneHost(selection, pattern);
          if (!host.ok) return err([host.error]);
          const difference = await diffHost({ inventory, host: host.value, from, to }, tools);
          if (!difference.ok) return difference;
          const record = differenceRecord(difference.value);
          const differs = record.from !== record.to && flags.detailedExitcode === true;
          return ok({
            exit: differs ? exitCodes.changesPresent : exitCodes.ok,
            record,
            text: (view) => renderDifference(difference.value, { ...view, diff: flags.diff ?? "full" }),
            failures: [],
          });
        },
      },
      context,
    ),
  );
}

function side(text: string): SideName {
  const name = parseSideName(text);
  if (name === undefined) {
    throw new InvalidArgumentError("expected live, previous, desired, the number of a generation or a store path.");
  }
  return name;
}
