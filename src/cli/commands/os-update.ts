/** `nixfleet os-update`: update the distribution's packages, and reboot where that is needed. */
import { type Command, Option } from "commander";
import { type PolicyOverrides, phasings, repairs } from "../../domain/os-update/policy.ts";
import { err } from "../../domain/outcome/result.ts";
import { showUpdates, updateHosts } from "../../workflows/os/os-update.ts";
import { promotedVersions } from "../../workflows/os/promoted.ts";
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

interface OsUpdateFlags extends FleetFlags, RolloutFlags, WaitFlags, OsFlags, PolicyOverrides {
  readonly promote?: string;
  readonly updateInput?: readonly string[];
}

export function configure(command: Command, context: CliContext): void {
  command.argument("[pattern...]", "hosts, as with --limit");
  const choice = (flags: string, text: string, choices: readonly string[]): Option =>
    new Option(flags, text).choices(choices);
  command
    .addOption(
      choice("--selection <what>", "security updates only, or all; the host's policy by default", ["security", "full"]),
    )
    .addOption(
      choice("--phasing <whose>", "phased updates: always, by the host's own lot, or never (default always)", phasings),
    )
    .addOption(choice("--repair <how>", "what to do about half installed packages (default never)", repairs))
    .addOption(choice("--stale-indexes <what>", "when an archive cannot be reached (default fail)", ["fail", "warn"]))
    .addOption(choice("--reboot <when>", "the host's policy by default", ["never", "if-needed", "always"]))
    .option("--remove-old-kernels", "take old kernels away where /boot is too small for a new one")
    .option("--promote <run>", "exactly the versions that this run installed, such as a canary's")
    .addOption(
      new Option("--update-input <name>", "NixOS: take this input of the flake as new as it is (repeatable)").argParser(
        (value: string, before: string[] | undefined) => [...(before ?? []), value],
      ),
    );
  addFleetOptions(addOsOptions(command), { plans: true, parallel: true, evaluates: true, locks: true, reports: true });
  addWaitOption(addRolloutOptions(command));
  command.action((patterns: readonly string[], flags: OsUpdateFlags) => update(patterns, flags, context));
}

function update(patterns: readonly string[], flags: OsUpdateFlags, context: CliContext): Promise<void> {
  const only = planOnly(flags, context);
  return runFleetVerb(
    {
      purpose: only === undefined ? "action" : "query",
      flags,
      patterns,
      work: async ({ inventory }, selection, tools) => {
        const unselected = needsSelection(selection, "os-update");
        if (unselected !== undefined) return err([unselected]);
        const promoted = flags.promote === undefined ? undefined : await promotedVersions(flags.promote, tools.journal);
        if (promoted?.ok === false) return err([promoted.error]);
        const request = {
          inventory,
          hosts: selection.hosts.map(({ host }) => host),
          selection: selectionWords(flags, patterns),
          ...typedParallel(flags),
          rollout: rolloutOverride(flags),
          overrides: overridesOf(flags),
          updateInputs: flags.updateInput ?? [],
          wish: rebootWish(flags, flags.reboot === "always" ? "always" : "if-needed", inventory),
          ...(promoted === undefined ? {} : { promoted: promoted.value }),
        };
        if (only !== undefined) return showUpdates(request, only, tools);
        return updateHosts(request, consentOf(flags, context, tools.interruption.draining), tools);
      },
    },
    context,
  );
}

const overridesOf = ({
  selection,
  phasing,
  repair,
  staleIndexes,
  reboot,
  removeOldKernels,
}: OsUpdateFlags): PolicyOverrides => ({
  ...(selection === undefined ? {} : { selection }),
  ...(phasing === undefined ? {} : { phasing }),
  ...(repair === undefined ? {} : { repair }),
  ...(staleIndexes === undefined ? {} : { staleIndexes }),
  ...(reboot === undefined ? {} : { reboot }),
  ...(removeOldKernels === undefined ? {} : { removeOldKernels }),
});
