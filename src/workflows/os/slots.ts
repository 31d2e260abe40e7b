/** Looks into the reboot budgets, and frees slots by hand. */
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { SlotStore } from "../../ports/slot-store.ts";

const STORE_TIMEOUT_MS = 30_000;

export interface SlotReport {
  readonly schema: "nixfleet.slots/1";
  readonly groups: readonly {
    readonly group: string;
    /** Null when the store does not say. */
    readonly total: number | null;
    readonly holders: readonly string[] | null;
    /** Holders that are no hosts of this inventory: another fleet's, or removed since; then nobody frees their slots. */
    readonly strangers?: readonly string[];
  }[];
}

/** @param named groups; every one with a budget when empty */
export async function slotReport(
  named: readonly string[],
  { hosts }: Inventory,
  store: SlotStore,
): Promise<Result<SlotReport>> {
  const budgets = new Map(hosts.flatMap(({ rebootBudgets }) => rebootBudgets.map(({ group, max }) => [group, max])));
  const groups: SlotReport["groups"][number][] = [];
  for (const group of named.length > 0 ? named : [...budgets.keys()].sort()) {
    const told = await store.holders(group, AbortSignal.timeout(STORE_TIMEOUT_MS));
    if (!told.ok) return told;
    const max = budgets.get(group) ?? null;
    if (told.value === "untold") groups.push({ group, total: max, holders: null });
    else groups.push({ group, total: told.value?.total ?? max, ...holdersOf(told.value?.holders ?? [], hosts) });
  }
  return ok({ schema: "nixfleet.slots/1", groups });
}

function holdersOf(
  holders: readonly string[],
  hosts: Inventory["hosts"],
): Pick<SlotReport["groups"][number], "holders" | "strangers"> {
  const strangers = holders.filter((holder) => !hosts.some(({ name }) => name === holder));
  return strangers.length === 0 ? { holders } : { holders, strangers };
}

export const freeSlot = (group: string, host: string, store: SlotStore): Promise<Result<void>> =>
  store.release(group, host, AbortSignal.timeout(STORE_TIMEOUT_MS));
