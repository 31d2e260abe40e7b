/** `nixfleet run`: a command, or a task of the inventory, on many hosts. */
import type { Command } from "commander";
import { quoteAll } from "../../domain/host/quote.ts";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { nearMiss } from "../../domain/near-miss.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { runOnHosts, type TypedCommand } from "../../workflows/run.ts";
import type { CliContext } from "../context.ts";
import { durationArgument } from "../duration-argument.ts";
import { addFleetOptions, type FleetFlags, selectionWords, typedParallel } from "../fleet-options.ts";
import { needsSelection, runFleetVerb } from "../fleet-verb.ts";

interface RunFlags extends FleetFlags {
  readonly sudo?: true;
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

export function configure(command: Command, context: CliContext): void {
  command
    .argument("<command...>", "behind --: task:NAME, one shell command in quotes, or a program with its arguments")
    .option("--sudo", "as root; tasks say so themselves")
    .option("--timeout <duration>", "limit for each host (default 10m)", durationArgument);
  addFleetOptions(command, { parallel: true, reports: true });
  command.action((words: readonly string[], flags: RunFlags) =>
    runFleetVerb(
      {
        purpose: "action",
        flags,
        patterns: [],
        again: { flags: ownFlags(flags), operands: ["--", ...words] },
        work: async ({ inventory }, selection, tools) => {
          const unselected = needsSelection(selection, "run");
          const chosen = commandFrom(words, flags, inventory);
          if (unselected !== undefined) return err([unselected]);
          if (!chosen.ok) return err([chosen.error]);
          const hosts = selection.hosts.map(({ host }) => host);
          const plan = { inventory, hosts, selection: selectionWords(flags), ...typedParallel(flags) };
          return runOnHosts({ ...plan, command: chosen.value }, tools);
        },
      },
      context,
    ),
  );
}

const ownFlags = ({ sudo, timeout }: RunFlags): string[] => [
  ...(sudo === true ? ["--sudo"] : []),
  ...(timeout === undefined ? [] : ["--timeout", `${Math.ceil(timeout / 1000)}s`]),
];

function commandFrom(words: readonly string[], flags: RunFlags, { tasks }: Inventory): Result<TypedCommand> {
  const [first = "", ...more] = words;
  const timeoutMs = flags.timeout ?? DEFAULT_TIMEOUT_MS;
  if (!first.startsWith("task:")) {
    // One word is a line for the shell, several are a program with its arguments.
    const command = more.length === 0 ? first : quoteAll(words);
    return ok({ command, sudo: flags.sudo === true, timeoutMs, asDeclared: false });
  }
  const name = first.slice("task:".length);
  const task = tasks.get(name);
  if (task === undefined) return err(unknownTask(name, [...tasks.keys()]));
  const command = more.length === 0 ? task.run : `set -- ${quoteAll(more)}\n${task.run}`;
  return ok({
    command,
    task: name,
    sudo: task.sudo || flags.sudo === true,
    timeoutMs: flags.timeout ?? task.timeoutMs,
    asDeclared: more.length === 0 && flags.sudo !== true && flags.timeout === undefined,
  });
}

function unknownTask(name: string, known: readonly string[]) {
  const near = nearMiss(name, known);
  return failure("cli/unknown-task", `the inventory has no task "${name}"`, {
    expected: known.length === 0 ? "a task under `tasks:`" : `one of ${known.join(", ")}`,
    ...(near === undefined ? {} : { next: `did you mean task:${near}?` }),
  });
}
