/** The stages of a lane: who belongs to which, before anything happens. */
import type { Amount, RolloutStrategy } from "../inventory/resolved.ts";
import { byDebt } from "../reboot/debt.ts";
import { chooseCanaries } from "./canaries.ts";
import type { Candidate } from "./candidate.ts";
import { inOrder } from "./order.ts";
import type { Stage } from "./plan-rollout.ts";
import { countWords } from "./words.ts";

/**
 * Canaries first, if any, then the strategy's stages. Those are cumulative over all hosts, canaries included: 10% is reached with a
 * tenth of the hosts, rounded up. Stages that add no host are left out, the last has all that remain. Inside a stage those go first
 * whose reboots are owed longest.
 */
export function previewStages(
  hosts: readonly Candidate[],
  strategy: Pick<RolloutStrategy, "stages" | "canary">,
  seed: string,
): Stage[] {
  const ordered = inOrder(hosts, seed);
  const canaries = new Set(chooseCanaries(ordered, strategy.canary));
  const others = ordered.filter((host) => !canaries.has(host));
  const stages = [{ name: "canary", canary: true, hosts: namesOf([...canaries]) }];
  let placed = canaries.size;
  for (const amount of [...strategy.stages, EVERYBODY]) {
    const quota = Math.max(placed, quotaOf(amount, hosts.length));
    const members = namesOf(others.slice(placed - canaries.size, quota - canaries.size));
    const name = quota === hosts.length ? "all" : amountWords(amount);
    stages.push({ name, canary: false, hosts: members });
    placed = quota;
  }
  return stages.filter((stage) => stage.hosts.length > 0);
}

const namesOf = (members: readonly Candidate[]): string[] => byDebt(members).map(({ name }) => name);

/** How many hosts a stage reaches: percentages round up. */
export const quotaOf = (amount: Amount, hosts: number): number =>
  Math.min(hosts, "count" in amount ? amount.count : Math.ceil((amount.percent * hosts) / 100));

/** How many a limit allows: percentages round down. */
export const limitOf = (amount: Amount, hosts: number): number =>
  "count" in amount ? amount.count : Math.floor((amount.percent * hosts) / 100);

export const amountWords = (amount: Amount): string =>
  "count" in amount ? countWords(amount.count, "host") : `${amount.percent}%`;

const EVERYBODY: Amount = { percent: 100 };
