/**
 * Reboot budgets that several operators and CI jobs share. A slot has no expiry: a host that did not come back goes on eating the
 * budget until it is healthy, or somebody frees it.
 */
import type { Result } from "../domain/outcome/result.ts";

export interface SlotStore {
  /** What hosts hold slots by: their names, or the ids by which Zincati would ask for them. */
  readonly holdersAre: "names" | "machine-ids";
  /**
   * Takes a slot of the group for the holder, or finds that it has one: `held`, where this kind of store tells the two apart. Fails
   * with `reboot/store` when the store cannot be asked, which is never taken for a grant.
   *
   * @param max how many slots this fleet's inventory allows
   * @param out other hosts of the group that are out of service: whether they hold a slot or not, each takes one
   */
  acquire(
    group: string,
    holder: string,
    max: number,
    signal: AbortSignal,
    out?: readonly string[],
  ): Promise<Result<SlotAnswer>>;
  /** Gives the slot back; does nothing when the holder has none. */
  release(group: string, holder: string, signal: AbortSignal): Promise<Result<void>>;
  /** Null when the group was never used, "untold" when this kind of store does not tell. */
  holders(group: string, signal: AbortSignal): Promise<Result<SlotHolders | null | "untold">>;
}

export type SlotAnswer = "granted" | "held" | "full";

export interface SlotHolders {
  readonly total: number;
  readonly holders: readonly string[];
}
