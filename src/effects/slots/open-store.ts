/** The store of reboot slots that an inventory names. */
import { unreachable } from "../../domain/outcome/unreachable.ts";
import type { SlotStoreAddress } from "../../domain/slots/store-address.ts";
import type { SlotStore } from "../../ports/slot-store.ts";
import { etcdSlots } from "./etcd.ts";
import { fleetlockSlots } from "./fleetlock.ts";
import { localSlots } from "./local.ts";

/** @param usualFolder absolute, for fleets that name no store */
export function openSlotStore(address: SlotStoreAddress, usualFolder: string): SlotStore {
  switch (address.kind) {
    case "local":
      return localSlots(address.folder ?? usualFolder);
    case "etcd":
      return etcdSlots(address.endpoints);
    case "fleetlock":
      return fleetlockSlots(address.base, address.holders);
    default:
      return unreachable(address);
  }
}
