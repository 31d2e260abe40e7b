/** Hosts of an inventory text, ready to be put in stages. */
import type { Inventory } from "../../src/domain/inventory/resolved.ts";
import type { Failure } from "../../src/domain/outcome/failure.ts";
import type { RolloutHost } from "../../src/domain/rollout/assemble-rollout.ts";
import { allAtOnce, type RolloutOverride, rolloutHosts } from "../../src/domain/rollout/strategy.ts";

export const ESTIMATE_MS = 300_000;

export function hostsFor(
  inventory: Inventory,
  override: RolloutOverride = {},
): { readonly hosts: readonly RolloutHost[]; readonly failures: readonly Failure[] } {
  const found = rolloutHosts({
    inventory,
    hosts: inventory.hosts,
    override,
    plain: allAtOnce,
    heedInventory: true,
    estimateMs: () => ESTIMATE_MS,
  });
  return found.ok ? { hosts: found.value, failures: [] } : { hosts: [], failures: found.error };
}
