/** The flags that shape a rollout; what is typed wins over the strategies of the inventory, for all hosts. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Amount, CanaryChoice } from "../domain/inventory/resolved.ts";
import { notRising, parseAmount } from "../domain/rollout/amount.ts";
import { type OnFailure, onFailurePolicies } from "../domain/rollout/on-failure.ts";
import type { Patience } from "../domain/rollout/patience.ts";
import type { RolloutOverride } from "../domain/rollout/strategy.ts";
import { durationArgument } from "./duration-argument.ts";

/** The parsed form of the flags, part of a command's `opts()`. */
export interface RolloutFlags {
  readonly strategy?: string;
  readonly canary?: CanaryChoice;
  readonly batch?: readonly Amount[];
  readonly soak?: number;
  readonly maxFailures?: Amount | "none";
  readonly maxUnreachable?: Amount | "none";
  readonly onFailure?: OnFailure;
}

export interface WaitFlags {
  readonly wait?: number;
}

/** Heading in the help of everything that paces a run. */
export const ROLLOUT_OPTIONS = "In which order, and how far:";

export function addRolloutOptions(command: Command): Command {
  return command
    .optionsGroup(ROLLOUT_OPTIONS)
    .option("--strategy <name>", "the rollout of this name for all hosts; all-at-once is always there")
    .option("--canary <n|pattern>", "so many hosts, or those of a pattern, first and alone; auto, none", canaryOf)
    .option("--batch <stages>", "cumulative stages, for example 1,10%,50%", stagesOf)
    .option("--soak <duration>", "how long a stage stays healthy before the next, for example 2m", durationArgument)
    .option("--max-failures <n|n%>", "more failures than this halt; none for no limit", limitOf)
    .option("--max-unreachable <n|n%>", "more hosts lost on the way than this halt; none for no limit", limitOf)
    .addOption(new Option("--on-failure <policy>", "what becomes of failed hosts").choices(onFailurePolicies));
}

/** For verbs that carry a rollout out. */
export function addWaitOption(command: Command): Command {
  return command.option(
    "--wait <duration>",
    "wait so long for a window or an approval, instead of pausing",
    durationArgument,
  );
}

/** How many at once is typed with another flag; it is the strategies' limit, too. */
export function rolloutOverride(
  flags: RolloutFlags & { readonly parallel?: number; readonly forks?: number },
): RolloutOverride {
  const parallel = flags.parallel ?? flags.forks;
  return {
    ...(flags.strategy === undefined ? {} : { strategy: flags.strategy }),
    ...(flags.canary === undefined ? {} : { canary: flags.canary }),
    ...(flags.batch === undefined ? {} : { stages: flags.batch }),
    ...(flags.soak === undefined ? {} : { soakMs: flags.soak }),
    ...(flags.maxFailures === undefined ? {} : { maxFailures: withoutNone(flags.maxFailures) }),
    ...(flags.maxUnreachable === undefined ? {} : { maxUnreachable: withoutNone(flags.maxUnreachable) }),
    ...(flags.onFailure === undefined ? {} : { onFailure: flags.onFailure }),
    ...(parallel === undefined ? {} : { maxParallel: { count: parallel } }),
  };
}

/** Where somebody can be asked, an approval is waited for as long as it takes. */
export const patienceOf = ({ wait }: WaitFlags, canAsk: boolean): Patience => ({
  windowPatienceMs: wait ?? 0,
  approvalPatienceMs: wait ?? (canAsk ? null : 0),
});

const withoutNone = (limit: Amount | "none"): Amount | null => (limit === "none" ? null : limit);

function canaryOf(text: string): CanaryChoice {
  if (text === "auto" || text === "none") return { kind: text };
  if (!/^\d+$/.test(text)) return { kind: "hosts", patterns: [text] };
  const count = Number(text);
  if (count < 1) throw new InvalidArgumentError("expected a number of hosts from 1 on, or none.");
  return { kind: "count", count };
}

function stagesOf(text: string): readonly Amount[] {
  const stages = text.split(",").map((part) => parseAmount(part.trim()));
  const known = stages.filter((stage) => stage !== undefined && !("count" in stage && stage.count === 0)) as Amount[];
  if (known.length < stages.length) throw new InvalidArgumentError("expected stages such as 1,10%,50%.");
  if (notRising(known) !== undefined) {
    throw new InvalidArgumentError("stages are cumulative, so each is larger than the one before.");
  }
  return known;
}

function limitOf(text: string): Amount | "none" {
  const amount = text === "none" ? "none" : parseAmount(text);
  if (amount === undefined)
    throw new InvalidArgumentError("expected a number such as 2, a percentage such as 5%, or none.");
  return amount;
}
