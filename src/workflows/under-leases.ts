/** Work that acts on hosts, under the leases of their groups. */
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import { leaseGroups, leaseGroupsOf } from "../domain/leases/groups.ts";
import { err } from "../domain/outcome/result.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { type HeldLeases, holdLeases } from "../engine/hold-leases.ts";
import type { LockTools } from "../engine/host-lock.ts";
import type { Frame, Outcome } from "./run-frame.ts";
import type { Tools } from "./tools.ts";

/** What executing a plan needs of the leases. */
export type Ownership = Pick<LockTools, "fencesOf"> & Pick<HeldLeases, "lost">;

/** For what acts on no host as its owner, such as a command that somebody runs. */
export const nobodysHosts: Ownership = { fencesOf: () => [], lost: new AbortController().signal };

/**
 * Takes the leases before the work begins, so that a plan is made of what others left behind, and gives them back whatever happens.
 * Fails with `lease/held` and `lease/store`.
 */
export async function underLeases(
  {
    hosts,
    inventory,
    verb,
  }: { readonly hosts: readonly ResolvedHost[]; readonly inventory: Inventory; readonly verb: string },
  frame: Frame,
  tools: Tools,
  work: (ownership: Ownership) => Promise<Outcome>,
): Promise<Outcome> {
  const held = await holdLeases(
    {
      groups: leaseGroupsOf(hosts, inventory),
      run: frame.run,
      owner: tools.operator,
      reason: verb,
      waitMs: tools.lockWaitMs,
      onWait: ({ group, owner, run }) =>
        tools.audience.note(`waiting for the group ${group}: run ${run} of ${owner} acts on it`),
    },
    tools,
    tools.interruption.draining,
  );
  if (!held.ok) return err([held.error]);
  const { fences, lost } = held.value;
  try {
    return await work({
      lost,
      fencesOf: (host) => {
        const groups = leaseGroups(host, inventory);
        return fences.filter(({ group }) => groups.includes(group));
      },
    });
  } finally {
    await held.value.release();
    await tools.leases.close();
  }
}

/** Whose groups a plan needs the leases of. */
export function hostsThatChange({ hosts }: Plan, inventory: Inventory): ResolvedHost[] {
  const changing = new Set<string>(hosts.filter(({ action }) => action === "change").map(({ name }) => name));
  return inventory.hosts.filter(({ name }) => changing.has(name));
}
