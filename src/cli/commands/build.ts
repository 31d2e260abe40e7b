/** `nixfleet build`: evaluate and build hosts' closures, and say where they are. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { ok } from "../../domain/outcome/result.ts";
import { buildFleet } from "../../workflows/build.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { runFleetQuery } from "../fleet-query.ts";
import { answersExitCode, answersFailures, answersRecord } from "../render/answers.ts";
import { renderBuilt } from "../render/built.ts";

type BuildFlags = FleetFlags & { readonly outLink?: string };

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[pattern...]", "hosts, as with --limit; all hosts when nothing is said")
    .option("--out-link <dir>", "links DIR/HOST to the closures, which keep them from garbage collection");
  addFleetOptions(command, { evaluates: true, connects: false });
  command.action((patterns: readonly string[], flags: BuildFlags) =>
    runFleetQuery(
      {
        flags,
        patterns,
        ask: async ({ inventory }, selection, tools) => {
          const hosts = selection.hosts.map(({ host }) => host);
          const folder = flags.outLink === undefined ? {} : { linkFolder: resolve(context.cwd, flags.outLink) };
          const built = await buildFleet({ inventory, hosts, ...folder }, tools);
          if (!built.ok) return built;
          return ok({
            exit: answersExitCode(built.value),
            record: answersRecord("nixfleet.build/1", built.value, (host) => host),
            text: ({ style }) => renderBuilt(built.value, style),
            failures: answersFailures(built.value),
          });
        },
      },
      context,
    ),
  );
}
