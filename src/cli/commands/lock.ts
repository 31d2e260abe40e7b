/** `nixfleet lock`: who holds the hosts' locks, and what to do when nobody is left to give one back. */
import { type Command, InvalidArgumentError } from "commander";
import { err, ok } from "../../domain/outcome/result.ts";
import { askHosts } from "../../workflows/ask-hosts.ts";
import { breakLocks } from "../../workflows/break-locks.ts";
import { lockStatus } from "../../workflows/one-look.ts";
import { askerOnTerminal } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags } from "../fleet-options.ts";
import { runFleetQuery } from "../fleet-query.ts";
import { needsSelection, runFleetVerb } from "../fleet-verb.ts";
import { answersExitCode, answersFailures, answersRecord } from "../render/answers.ts";
import { renderLocks } from "../render/locks.ts";
import { plainStyle } from "../render/style.ts";

type ReleaseFlags = FleetFlags & { readonly reason: string; readonly yes?: true };

export function configure(command: Command, context: CliContext): void {
  const status = command.command("status").description("who holds the locks of hosts, and since when");
  addFleetOptions(status.argument("[pattern...]", "hosts, as with --limit; all hosts when nothing is said"), {});
  status.action((patterns: readonly string[], flags: FleetFlags) => showLocks(patterns, flags, context));
  const release = command.command("release").description("take locks away from runs that are dead for certain");
  release
    .argument("[pattern...]", "hosts, as with --limit")
    .requiredOption("--reason <text>", "why, for the audit of each host", oneLine)
    .option("-y, --yes", "do not ask");
  addFleetOptions(release, {});
  release.action((patterns: readonly string[], flags: ReleaseFlags) => releaseLocks(patterns, flags, context));
}

function showLocks(patterns: readonly string[], flags: FleetFlags, context: CliContext): Promise<void> {
  return runFleetQuery(
    {
      flags,
      patterns,
      ask: async (_project, selection, tools) => {
        const hosts = selection.hosts.map(({ host }) => host);
        const asked = await askHosts("lock status", hosts, lockStatus, tools);
        if (!asked.ok) return asked;
        return ok({
          exit: answersExitCode(asked.value),
          record: answersRecord("nixfleet.locks/1", asked.value, (state) => state),
          text: ({ style }) => renderLocks(asked.value, style),
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
      work: async (_project, selection, tools) => {
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

function oneLine(text: string): string {
  // What the host's audit takes as a field.
  if (text === "" || text.length > 1000 || /[\t\n\r]/.test(text)) {
    throw new InvalidArgumentError("expected one line of text.");
  }
  return text;
}
