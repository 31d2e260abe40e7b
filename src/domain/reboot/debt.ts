/** Reboots that are owed: since when, and who goes first. */
import type { HostFacts } from "../observation/facts.ts";

/** In seconds since the epoch; null where no reboot is needed, or nobody knows since when. */
export function owedSince(facts: HostFacts): number | null {
  if (facts.reboot.needed !== "yes") return null;
  return facts.osUpdates?.rebootSince ?? committedAt(facts);
}

/** On NixOS a reboot is owed since the generation that asks for it. */
const committedAt = ({ os, generation, generations }: HostFacts): number | null =>
  os.id === "nixos" ? (generations.find((known) => known.generation === generation)?.at ?? null) : null;

export interface Debtor {
  /** In seconds since the epoch; absent where none is owed. */
  readonly owedSince?: number | undefined;
}

/** Those whose reboots are owed longest first, then those who owe none; else in the order in which they came. */
export const byDebt = <T extends Debtor>(hosts: readonly T[]): T[] => hosts.toSorted(compareDebts);

/** Below zero when the first goes before the second, 0 when neither does. */
export function compareDebts(a: Debtor, b: Debtor): number {
  if (a.owedSince === b.owedSince) return 0;
  return (a.owedSince ?? Number.POSITIVE_INFINITY) < (b.owedSince ?? Number.POSITIVE_INFINITY) ? -1 : 1;
}
