/** `nixfleet status`: what each host runs, how old that is, what drifted, what is unhealthy. */
import type { Command } from "commander";
import { statusOfFleet } from "../../workflows/status.ts";
import type { CliContext } from "../context.ts";
import { durationArgument } from "../duration-argument.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { runFleetVerb } from "../fleet-verb.ts";

interface StatusFlags extends FleetFlags {
  readonly compare?: true;
  readonly maxAge?: number;
  readonly detailedExitcode?: true;
}

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[pattern...]", "hosts, as with --limit; all hosts when nothing is said")
    .option("--compare", "evaluate the fleet and say which hosts are up to date")
    .option("--max-age <duration>", "exit with 2 when a host's last apply is older, such as 14d", durationArgument)
    .option("--detailed-exitcode", "exit with 2 on drift, and with --compare on outdated hosts");
  addFleetOptions(command, { evaluates: true, reports: true });
  command.action((patterns: readonly string[], flags: StatusFlags) =>
    runFleetVerb(
      {
        purpose: "query",
        flags,
        patterns,
        work: ({ inventory }, { hosts }, tools) =>
          statusOfFleet(
            {
              inventory,
              hosts: hosts.map(({ host }) => host),
              compare: flags.compare === true,
              detailedExitCode: flags.detailedExitcode === true,
              ...(flags.maxAge === undefined ? {} : { maxAgeMs: flags.maxAge }),
            },
            tools,
          ),
      },
      context,
    ),
  );
}
