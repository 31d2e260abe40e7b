/** `nixfleet lock`: who holds the hosts' locks, and what to do when nobody is left to give one back. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { leaseGroupsOf } from "../../domain/leases/groups.ts";
import { type ExitCode, exitCodes } from "../../domain/outcome/exit-codes.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { askHosts } from "../../workflows/ask-hosts.ts";
import { breakLocks } from "../../workflows/break-locks.ts";
import { breakLeases, readLeases } from "../../workflows/group-leases.ts";
import { lockStatus } from "../../workflows/one-look.ts";
import type { Tools } from "../../workflows/tools.ts";
import { askerOnTerminal } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { runFleetQuery } from "../fleet-query.ts";
import { needsSelection, runFleetVerb } from "../fleet-verb.ts";
import { answersExitCode, answersFailures, answersRecord } from "../render/answers.ts";
import { renderLeases, renderLocks } from "../render/locks.ts";
import { plainStyle } from "../render/style.ts";

type ReleaseFlags = FleetFlags & {
  readonly reason: string;
  readonly yes?: true;
  readonly lease?: readonly string[];
};

export function configure(command: Command, context: CliContext): void {
  const status = command
    .command("status")
    .description("who holds the locks of hosts and the leases of their groups, and since when");
  addFleetOptions(status.argument("[pattern...]", "hosts, as with --limit; all hosts when nothing is said"), {});
  status.action((patterns: readonly string[], flags: FleetFlags) => showLocks(patterns, flags, context));
  const release = command.command("release").description("take locks away from runs that are dead for certain");
  release
    .argument("[pattern...]", "hosts, as with --limit")
    .requiredOption("--reason <text>", "why, for the audit of each host", oneLine)
    .addOption(
      new Option("--lease <group>", "take the lease of this group away, and leave hosts alone (repeatable)").argParser(
        (group: string, before: string[] | undefined) => [...(before ?? []), group],
      ),
    )
    .option("-y, --yes", "do not ask");
  addFleetOptions(release, {});
  release.action((patterns: readonly string[], flags: ReleaseFlags) => releaseLocks(patterns, flags, context));
}

function showLocks(patterns: readonly string[], flags: FleetFlags, context: CliContext): Promise<void> {
  return runFleetQuery(
    {
      flags,
      patterns,
      ask: async ({ inventory }, selection, tools) => {
        const hosts = selection.hosts.map(({ host }) => host);
        const leases = await readLeases(leaseGroupsOf(hosts, inventory), tools.leases);
        await tools.leases.close();
        if (!leases.ok) return err([leases.error]);
        const asked = await askHosts("lock status", hosts, lockStatus, tools);
        if (!asked.ok) return asked;
        return ok({
          exit: answersExitCode(asked.value),
          record: { ...answersRecord("nixfleet.locks/1", asked.value, (state) => state), groups: leases.value },
          text: ({ style }) => renderLeases(leases.value, style) + renderLocks(asked.value, style),
          failures: answersFailures(asked.value),
        });
      },
    },
    context,
  );
}

function releaseLocks(patterns: readonly string[], flags: ReleaseFlags, context: CliContext): Promise<void> {
  return runFleetVerb(
    {
      purpose: "action",
      flags,
      patterns,
      work: async ({ inventory }, selection, tools) => {
        if (flags.lease !== undefined) return releaseLeases(flags.lease, flags, inventory, tools, context);
        const unselected = needsSelection(selection, "lock release");
        if (unselected !== undefined) return err([unselected]);
        const ask = askerOnTerminal(flags.yes === true, context, tools.interruption.draining);
        const hosts = selection.hosts.map(({ host }) => host);
        return breakLocks(
          {
            hosts,
            reason: flags.reason,
            confirm: (found) => {
              for (const line of renderLocks(found, plainStyle).trimEnd().split("\n")) tools.audience.note(line);
              return ask("\nBreak these locks? A run that is alive would go on without. [y/N] ");
            },
          },
          tools,
        );
      },
    },
    context,
  );
}

async function releaseLeases(
  groups: readonly string[],
  flags: ReleaseFlags,
  inventory: Inventory,
  tools: Tools,
  context: CliContext,
): Promise<Result<ExitCode, readonly Failure[]>> {
  const unknown = groups.filter((group) => !inventory.groups.has(group));
  if (unknown.length > 0) {
    return err(unknown.map((group) => failure("inventory/unknown-group", `the inventory has no group ${group}`)));
  }
  try {
    const found = await readLeases(groups, tools.leases);
    if (!found.ok) return err([found.error]);
    for (const line of renderLeases(found.value, plainStyle).trimEnd().split("\n")) tools.audience.note(line);
    const ask = askerOnTerminal(flags.yes === true, context, tools.interruption.draining);
    const agreed = await ask("\nTake these leases away? A run that is alive would stop starting hosts. [y/N] ");
    if (!agreed.ok) return err([agreed.error]);
    if (!agreed.value) return ok(exitCodes.halted);
    const broken = await breakLeases(groups, flags.reason, tools.leases);
    return broken.ok ? ok(exitCodes.ok) : err([broken.error]);
  } finally {
    await tools.leases.close();
  }
}

function oneLine(text: string): string {
  // What the host's audit takes as a field.
  if (text === "" || text.length > 1000 || /[\t\n\r]/.test(text)) {
    throw new InvalidArgumentError("expected one line of text.");
  }
  return text;
}
