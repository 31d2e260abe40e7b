/** The store of leases that an inventory names, where it is not one of its hosts. */
import type { LeaseStoreAddress } from "../../domain/leases/store-address.ts";
import { unreachable } from "../../domain/outcome/unreachable.ts";
import type { LeaseStore } from "../../ports/lease-store.ts";
import { etcdLeases } from "./etcd.ts";
import { localLeases } from "./local.ts";

/** @param usualFolder absolute, for fleets that name no store */
export function openLeaseStore(
  address: Exclude<LeaseStoreAddress, { readonly kind: "host" }>,
  usualFolder: string,
): LeaseStore {
  switch (address.kind) {
    case "local":
      return localLeases(address.folder ?? usualFolder);
    case "etcd":
      return etcdLeases(address.endpoints);
    default:
      return unreachable(address);
  }
}
