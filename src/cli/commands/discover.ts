/** `nixfleet discover`: finds hosts in a network by their SSH servers, for the inventory. */
import type { Command } from "commander";
import { parseTargets } from "../../domain/discover/targets.ts";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import { discover } from "../../workflows/discover.ts";
import { loadProject } from "../../workflows/inventory/load-project.ts";
import type { CliContext } from "../context.ts";
import { durationArgument } from "../duration-argument.ts";
import { wholeNumber } from "../fleet-options.ts";
import { addQueryOptions, type QueryFlags, runQuery } from "../inventory-query.ts";
import { projectRequest } from "../project-options.ts";
import { renderDiscovered } from "../render/discovered.ts";
import { wireNetwork } from "../wire/machine.ts";
import { wireProject } from "../wire.ts";

interface DiscoverFlags extends QueryFlags {
  readonly port: number;
  readonly timeout: number;
}

export function configure(command: Command, context: CliContext): void {
  command
    .argument("<where...>", "networks, ranges, addresses, names: 10.0.1.0/24 10.0.2.5-20 web-1.example.org")
    .option("--port <n>", "where SSH servers listen", wholeNumber, 22)
    .option("--timeout <duration>", "how long each address gets", durationArgument, 2_000);
  addQueryOptions(command);
  command.action((words: readonly string[], flags: DiscoverFlags) => look(words, flags, context));
}

function look(words: readonly string[], flags: DiscoverFlags, context: CliContext): Promise<void> {
  return runQuery(context, flags, async ({ style }) => {
    const targets = parseTargets(words);
    if (!targets.ok) return err([targets.error]);
    const inventory = await inventoryIfAny(flags, context);
    const interrupted = new AbortController();
    const stop = (): void => interrupted.abort();
    process.once("SIGINT", stop);
    const { port, timeout: timeoutMs } = flags;
    const request = { targets: targets.value, port, timeoutMs, inventory };
    const found = await discover(request, await wireNetwork(), interrupted.signal);
    process.off("SIGINT", stop);
    if (interrupted.signal.aborted)
      return err([failure("cli/interrupted", "interrupted before every address was looked at")]);
    const text =
      flags.json === true
        ? `${JSON.stringify({ schema: "nixfleet.discovered/1", hosts: found }, null, 2)}\n`
        : renderDiscovered(found, targets.value.length, style);
    return ok({ text, warnings: [] });
  });
}

/** Outside of a project, or where its inventory is broken, everything is new. */
async function inventoryIfAny(flags: DiscoverFlags, context: CliContext): Promise<Inventory | undefined> {
  const project = await loadProject(projectRequest(flags, context), await wireProject(context));
  return project.ok ? project.value.inventory : undefined;
}
