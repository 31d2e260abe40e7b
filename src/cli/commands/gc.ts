/** `nixfleet gc`: forgets old generations of hosts, and has Nix delete what nothing needs any more. */
import type { Command } from "commander";
import { err, ok } from "../../domain/outcome/result.ts";
import { askHosts } from "../../workflows/ask-hosts.ts";
import { collectGarbage, lookAtGarbage } from "../../workflows/collect-garbage.ts";
import { askerOnTerminal } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags, wholeNumber } from "../fleet-options.ts";
import { runFleetQuery } from "../fleet-query.ts";
import { needsSelection, runFleetVerb } from "../fleet-verb.ts";
import { answersExitCode, answersFailures, answersRecord } from "../render/answers.ts";
import { renderGarbage } from "../render/garbage.ts";
import { plainStyle } from "../render/style.ts";

interface GarbageFlags extends FleetFlags {
  readonly keep: number;
  readonly collect?: true;
  readonly check?: true;
  readonly yes?: true;
}

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[pattern...]", "hosts, as with --limit")
    .option("--keep <n>", "the newest generations that stay; what runs or ran before always does", wholeNumber, 10)
    .option("--collect", "also delete what nothing on the host needs any more (nix-store --gc)")
    .option("--check", "only show what would be forgotten")
    .option("-y, --yes", "do not ask");
  addFleetOptions(command, {});
  command.action((patterns: readonly string[], flags: GarbageFlags) =>
    flags.check === true ? look(patterns, flags, context) : collect(patterns, flags, context),
  );
}

function look(patterns: readonly string[], flags: GarbageFlags, context: CliContext): Promise<void> {
  return runFleetQuery(
    {
      flags,
      patterns,
      ask: async (_project, selection, tools) => {
        const hosts = selection.hosts.map(({ host }) => host);
        const asked = await askHosts("gc --check", hosts, lookAtGarbage(flags.keep), tools);
        if (!asked.ok) return asked;
        return ok({
          exit: answersExitCode(asked.value),
          record: answersRecord("nixfleet.garbage/1", asked.value, ({ generations }) => ({ generations })),
          text: ({ style }) => renderGarbage(asked.value, style),
          failures: answersFailures(asked.value),
        });
      },
    },
    context,
  );
}

function collect(patterns: readonly string[], flags: GarbageFlags, context: CliContext): Promise<void> {
  return runFleetVerb(
    {
      purpose: "action",
      flags,
      patterns,
      work: async (_project, selection, tools) => {
        const unselected = needsSelection(selection, "gc");
        if (unselected !== undefined) return err([unselected]);
        const ask = askerOnTerminal(flags.yes === true, context, tools.interruption.draining);
        return collectGarbage(
          {
            hosts: selection.hosts.map(({ host }) => host),
            keep: flags.keep,
            collect: flags.collect === true,
            confirm: (found) => {
              for (const line of renderGarbage(found, plainStyle).trimEnd().split("\n")) tools.audience.note(line);
              return ask("\nForget these for good? No rollback goes there any more. [y/N] ");
            },
          },
          tools,
        );
      },
    },
    context,
  );
}
