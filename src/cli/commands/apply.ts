/** `nixfleet apply`: make the fleet what its configuration says, or carry out a saved plan exactly. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { failure } from "../../domain/outcome/failure.ts";
import { err, type Result } from "../../domain/outcome/result.ts";
import { decodePlan } from "../../domain/plan/codec.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import { applyFleet, applyPlan } from "../../workflows/apply.ts";
import { buildWords } from "../build-options.ts";
import { consentOf } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags, selectionWords, typedParallel } from "../fleet-options.ts";
import { runFleetVerb } from "../fleet-verb.ts";
import {
  addRolloutOptions,
  addWaitOption,
  type RolloutFlags,
  rolloutOverride,
  type WaitFlags,
} from "../rollout-options.ts";
import { showPlan } from "./plan.ts";

interface ApplyFlags extends FleetFlags, RolloutFlags, WaitFlags {
  readonly osUpdates?: boolean;
  readonly yes?: true;
  readonly check?: true;
}

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[plan|pattern...]", "a file that nixfleet plan --out wrote, or hosts; all hosts when nothing is said")
    .option("-y, --yes", "do not ask")
    .option("--check", "only show the plan, as nixfleet plan does");
  addWaitOption(addRolloutOptions(command));
  command.option("--no-os-updates", "leave out updates of the distribution that policies ask for");
  addFleetOptions(command, {
    plans: true,
    activates: true,
    evaluates: true,
    builds: true,
    parallel: true,
    locks: true,
    reports: true,
  });
  command.action(async (words: readonly string[], flags: ApplyFlags) => {
    const file = await planFileAmong(words, context);
    if (file !== undefined) return applyFile(file, flags, context);
    return flags.check === true ? showPlan(words, flags, context) : applySelected(words, flags, context);
  });
}

function applySelected(patterns: readonly string[], flags: ApplyFlags, context: CliContext): Promise<void> {
  return runFleetVerb(
    {
      purpose: "action",
      flags,
      patterns,
      work: ({ inventory }, { hosts }, tools) =>
        applyFleet(
          {
            inventory,
            hosts: hosts.map(({ host }) => host),
            selection: selectionWords(flags, patterns),
            ...typedParallel(flags),
            rollout: rolloutOverride(flags),
            osUpdates: flags.osUpdates !== false,
            countUpdates: false,
          },
          consentOf(flags, context, tools.interruption.draining),
          tools,
        ),
    },
    context,
  );
}

/** A single word that names a file is a plan: patterns name hosts, and hosts are no files. */
async function planFileAmong(words: readonly string[], { cwd }: CliContext): Promise<string | undefined> {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0) return undefined;
  const path = resolve(cwd, word);
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true || /\.json$/.test(word) ? path : undefined;
}

function applyFile(file: string, flags: ApplyFlags, context: CliContext): Promise<void> {
  return runFleetVerb(
    {
      purpose: "action",
      flags,
      patterns: [],
      work: async ({ inventory }, _selection, tools) => {
        const plan = await readPlan(file);
        if (!plan.ok) return err([plan.error]);
        const [typed] = buildWords(flags);
        if (typed !== undefined) return err([settledAlready(typed)]);
        // Who saved the plan had it before their eyes, and it is carried out exactly as it stands.
        const consent = consentOf({ ...flags, yes: true }, context, tools.interruption.draining);
        return applyPlan(plan.value, inventory, consent, tools);
      },
    },
    context,
  );
}

const settledAlready = (flag: string) =>
  failure("cli/settled", `${flag} cannot change a saved plan`, {
    next: `plan again: nixfleet plan ${flag} … --out FILE`,
  });

async function readPlan(file: string): Promise<Result<Plan>> {
  try {
    return decodePlan(await readFile(file, "utf8"));
  } catch (error) {
    return err(failure("cli/file", `the plan ${file} cannot be read`, { found: (error as Error).message }));
  }
}
