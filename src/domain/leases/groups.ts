/** The groups whose leases a run takes for its hosts. */
import type { Inventory, ResolvedHost } from "../inventory/resolved.ts";

/**
 * The innermost groups of the host that the inventory defines: a lease of `web` keeps nobody off `db`, though both are in `prod`. A host
 * of no group has but its own lock.
 */
export function leaseGroups({ name, groups }: ResolvedHost, inventory: Pick<Inventory, "groups">): string[] {
  const inside = new Set(groups);
  return groups.filter((group) => {
    const found = inventory.groups.get(group);
    if (found === undefined || found.automatic) return false;
    return !found.children.some((child) => inside.has(child) && inventory.groups.get(child)?.hosts.includes(name));
  });
}

/** Of all these hosts, each once and sorted: whoever needs several asks for them in the same order. */
export const leaseGroupsOf = (hosts: readonly ResolvedHost[], inventory: Pick<Inventory, "groups">): string[] =>
  [...new Set(hosts.flatMap((host) => leaseGroups(host, inventory)))].sort();
