/** Where the leases of groups are kept. */
import { join } from "node:path";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { parseLeaseStore } from "../../domain/leases/store-address.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { FleetOptions } from "../../engine/fleet.ts";
import type { LeaseStore } from "../../ports/lease-store.ts";
import type { CliContext } from "../context.ts";
import { stateFolder } from "./folders.ts";

/** The store of leases that the inventory names. Fails with `lease/store-settings`. */
export async function wireLeaseStore(
  { env }: Pick<CliContext, "env">,
  { fleet, hosts }: Pick<Inventory, "fleet" | "hosts">,
  reach: FleetOptions,
): Promise<Result<LeaseStore>> {
  const address = parseLeaseStore(fleet.leases);
  if (!address.ok) return address;
  if (address.value.kind === "host") {
    const { leasesOnHost } = await import("../../engine/host-leases.ts");
    const { systemClock } = await import("../../effects/machine/system-clock.ts");
    return leasesOnHost(address.value.name, hosts, reach, systemClock.now);
  }
  const { openLeaseStore } = await import("../../effects/leases/open-store.ts");
  return ok(openLeaseStore(address.value, join(stateFolder(env), "leases")));
}
