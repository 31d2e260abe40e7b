/** `nixfleet plan`: what apply would do, to which hosts, and why not. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { planFleet } from "../../workflows/plan.ts";
import type { CliContext } from "../context.ts";
import { addFleetOptions, type FleetFlags, selectionWords, typedParallel } from "../fleet-options.ts";
import { runFleetVerb } from "../fleet-verb.ts";
import { addRolloutOptions, type RolloutFlags, rolloutOverride } from "../rollout-options.ts";

interface PlanFlags extends FleetFlags, RolloutFlags {
  readonly osUpdates?: boolean;
  readonly out?: string;
  readonly detailedExitcode?: true;
}

export function configure(command: Command, context: CliContext): void {
  command
    .argument("[pattern...]", "hosts, as with --limit; all hosts when nothing is said")
    .option("--out <file>", "write the plan, for nixfleet apply FILE")
    .option("--detailed-exitcode", "exit with 2 when there are changes");
  addRolloutOptions(command);
  command.option("--no-os-updates", "leave out updates of the distribution that policies ask for");
  addFleetOptions(command, { plans: true, evaluates: true, builds: true, parallel: true, reports: true });
  command.action((patterns: readonly string[], flags: PlanFlags) => showPlan(patterns, flags, context));
}

/** Also what `apply --check` does. */
export function showPlan(patterns: readonly string[], flags: PlanFlags, context: CliContext): Promise<void> {
  return runFleetVerb(
    {
      purpose: "query",
      flags,
      patterns,
      work: ({ inventory }, { hosts }, tools) =>
        planFleet(
          {
            inventory,
            hosts: hosts.map(({ host }) => host),
            selection: selectionWords(flags, patterns),
            ...typedParallel(flags),
            rollout: rolloutOverride(flags),
            osUpdates: flags.osUpdates !== false,
            countUpdates: true,
            detailedExitCode: flags.detailedExitcode === true,
            ...(flags.out === undefined
              ? {}
              : { out: { file: flags.out, write: writeTo(resolve(context.cwd, flags.out)) } }),
          },
          tools,
        ),
    },
    context,
  );
}

const writeTo =
  (file: string) =>
  async (text: string): Promise<Result<void>> => {
    try {
      await writeFile(file, text, { mode: 0o600 });
      return ok(undefined);
    } catch (error) {
      return err(failure("cli/file", `the plan cannot be written to ${file}`, { found: (error as Error).message }));
    }
  };
