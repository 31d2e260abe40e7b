/** Which hosts of the reboot budgets are out of service already. */
import type { HostName } from "../../domain/ids.ts";
import type { Inventory, ResolvedHost } from "../../domain/inventory/resolved.ts";
import type { HostFacts } from "../../domain/observation/facts.ts";
import { budgetMembers, type OutOfService, outOfService } from "../../domain/os-update/out-of-service.ts";
import type { Result } from "../../domain/outcome/result.ts";
import { type Observing, observeHosts } from "../observe-hosts.ts";

/** Looks at members that were not looked at for their own sake. */
export async function lookAtBudgets(
  hosts: readonly ResolvedHost[],
  { hosts: all }: Inventory,
  observed: ReadonlyMap<HostName, Result<HostFacts>>,
  observing: Observing,
): Promise<OutOfService> {
  const members = budgetMembers(hosts, all);
  const others = members.filter(({ name }) => !observed.has(name));
  const seen = await observeHosts(others, observing);
  return outOfService(members, new Map([...observed, ...seen]));
}
