/** The options that `os-update` and `reboot` share. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { type RebootWish, USUAL_TIMERS } from "../../domain/os-update/reboot-step.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { PlanOnly } from "../../workflows/os/os-update.ts";
import type { CliContext } from "../context.ts";
import { durationArgument } from "../duration-argument.ts";

export interface OsFlags {
  readonly yes?: true;
  readonly check?: true;
  readonly out?: string;
  readonly detailedExitcode?: true;
  readonly force?: true;
  readonly ignoreWindow?: true;
  readonly busyTimeout?: number;
  readonly slotTimeout?: number;
  readonly downTimeout?: number;
  readonly upTimeout?: number;
  readonly soakAfter?: number;
  readonly estimate?: number;
}

export function addOsOptions(command: Command): Command {
  return command
    .option("-y, --yes", "do not ask")
    .option("--check", "only show the plan")
    .option("--out <file>", "write the plan, for nixfleet apply FILE; nothing is changed")
    .option("--detailed-exitcode", "with --check or --out: exit with 2 when there are changes")
    .optionsGroup("How hosts reboot:")
    .option("--force", "reboot also when earlier reboots for the same reasons changed nothing")
    .option("--ignore-window", "reboot at once, whatever the windows say")
    .option(
      "--busy-timeout <duration>",
      "how long a host waits for package managers, cloud-init and inhibitors (default 10m)",
      durationArgument,
    )
    .option(
      "--slot-timeout <duration>",
      "how long a host waits for a slot of its budget (default 1h)",
      durationArgument,
    )
    .option("--down-timeout <duration>", "how long a host may take to go down (default 3m)", durationArgument)
    .option("--up-timeout <duration>", "how long a host may take to come back (default 10m)", durationArgument)
    .option(
      "--soak-after <duration>",
      "how long it has to stay up before its slot is free (default 10s)",
      durationArgument,
    )
    .option("--estimate <duration>", "what has to be left of a window for a reboot (default 15m)", durationArgument);
}

export function rebootWish(flags: OsFlags, when: RebootWish["when"], { fleet }: Inventory): RebootWish {
  return {
    when,
    force: flags.force === true,
    ignoreWindow: flags.ignoreWindow === true,
    blackouts: fleet.blackouts,
    out: new Map(),
    timers: {
      busyMs: flags.busyTimeout ?? USUAL_TIMERS.busyMs,
      slotMs: flags.slotTimeout ?? USUAL_TIMERS.slotMs,
      downMs: flags.downTimeout ?? USUAL_TIMERS.downMs,
      upMs: flags.upTimeout ?? USUAL_TIMERS.upMs,
      soakMs: flags.soakAfter ?? USUAL_TIMERS.soakMs,
      estimateMs: flags.estimate ?? USUAL_TIMERS.estimateMs,
    },
  };
}

/** Undefined when the plan is to be carried out. */
export function planOnly(flags: OsFlags, { cwd }: CliContext): PlanOnly | undefined {
  const detailedExitCode = flags.detailedExitcode === true;
  const { out } = flags;
  if (out === undefined) return flags.check === true ? { detailedExitCode } : undefined;
  const write = async (text: string): Promise<Result<void>> => {
    try {
      await writeFile(resolve(cwd, out), text, { mode: 0o600 });
      return ok(undefined);
    } catch (error) {
      return err(failure("cli/file", `the plan cannot be written to ${out}`, { found: (error as Error).message }));
    }
  };
  return { detailedExitCode, out: { file: out, write } };
}
