/** `nixfleet reboot`: reboot hosts that need it, within budget and window, in and out of service by their hooks. */
import type { Command } from "commander";
import { err } from "../../domain/outcome/result.ts";
import { rebootHosts, showReboots } from "../../workflows/os/os-update.ts";
import { consentOf } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags, selectionWords, typedParallel } from "../fleet-options.ts";
import { needsSelection, runFleetVerb } from "../fleet-verb.ts";
import {
  addRolloutOptions,
  addWaitOption,
  type RolloutFlags,
  rolloutOverride,
  type WaitFlags,
} from "../rollout-options.ts";
import { addOsOptions, type OsFlags, planOnly, rebootWish } from "./os-options.ts";

interface RebootFlags extends FleetFlags, RolloutFlags, WaitFlags, OsFlags {
  readonly always?: true;
}

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[pattern...]", "hosts, as with --limit")
    .option("--always", "also hosts that need no reboot, or of which it is not known");
  addFleetOptions(addOsOptions(command), { plans: true, parallel: true, locks: true, reports: true });
  addWaitOption(addRolloutOptions(command));
  command.action((patterns: readonly string[], flags: RebootFlags) => reboot(patterns, flags, context));
}

function reboot(patterns: readonly string[], flags: RebootFlags, context: CliContext): Promise<void> {
  const only = planOnly(flags, context);
  return runFleetVerb(
    {
      purpose: only === undefined ? "action" : "query",
      flags,
      patterns,
      work: async ({ inventory }, selection, tools) => {
        const unselected = needsSelection(selection, "reboot");
        if (unselected !== undefined) return err([unselected]);
        const request = {
          inventory,
          hosts: selection.hosts.map(({ host }) => host),
          selection: selectionWords(flags, patterns),
          ...typedParallel(flags),
          rollout: rolloutOverride(flags),
          wish: rebootWish(flags, flags.always === true ? "always" : "if-needed", inventory),
        };
        if (only !== undefined) return showReboots(request, only, tools);
        return rebootHosts(request, consentOf(flags, context, tools.interruption.draining), tools);
      },
    },
    context,
  );
}
