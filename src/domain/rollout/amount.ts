/** Amounts of hosts as they are typed: `5`, `10%`. */
import type { Amount } from "../inventory/resolved.ts";

/** Percentages go from 1% to 100%. Nothing for a text that is no amount. */
export function parseAmount(text: string): Amount | undefined {
  const [, digits = "", unit = ""] = /^(\d{1,6})(%?)$/.exec(text) ?? [];
  if (digits === "") return undefined;
  const number = Number(digits);
  if (unit === "") return { count: number };
  return number >= 1 && number <= 100 ? { percent: number } : undefined;
}

/** Where a list of cumulative stages does not rise: the index of the first that is no larger than one before of its kind. */
export function notRising(stages: readonly Amount[]): number | undefined {
  const before = { count: 0, percent: 0 };
  const found = stages.findIndex((stage) => {
    const [unit, amount] = "count" in stage ? (["count", stage.count] as const) : (["percent", stage.percent] as const);
    const rises = amount > before[unit];
    before[unit] = amount;
    return !rises;
  });
  return found === -1 ? undefined : found;
}
