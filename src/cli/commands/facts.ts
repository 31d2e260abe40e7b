/** `nixfleet facts`: everything that one look at a host tells. */
import type { Command } from "commander";
import { ok } from "../../domain/outcome/result.ts";
import { askHosts } from "../../workflows/ask-hosts.ts";
import { observe } from "../../workflows/one-look.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { runFleetQuery } from "../fleet-query.ts";
import { answersExitCode, answersFailures, answersRecord } from "../render/answers.ts";
import { renderFacts } from "../render/facts.ts";

export function configure(command: Command, context: CliContext): void {
  command.argument("[pattern...]", "hosts, as with --limit; all hosts when nothing is said");
  addFleetOptions(command, {});
  command.action((patterns: readonly string[], flags: FleetFlags) =>
    runFleetQuery(
      {
        flags,
        patterns,
        ask: async (_project, { hosts }, tools) => {
          const asked = await askHosts(
            "facts",
            hosts.map(({ host }) => host),
            observe,
            tools,
          );
          if (!asked.ok) return asked;
          return ok({
            exit: answersExitCode(asked.value),
            record: answersRecord("nixfleet.facts/1", asked.value, (facts) => ({ facts })),
            text: (view) => renderFacts(asked.value, view),
            failures: answersFailures(asked.value),
          });
        },
      },
      context,
    ),
  );
}
