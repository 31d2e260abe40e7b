/** Where reboot slots are kept, as the inventory says it. */
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export type SlotStoreAddress =
  /** A file for each group in a folder of this machine; null for the usual folder. */
  | { readonly kind: "local"; readonly folder: string | null }
  /** Addresses of one cluster's members; any of them will do. */
  | { readonly kind: "etcd"; readonly endpoints: readonly string[] }
  /** Holders are names of hosts, or ids made of their machine ids, as Zincati has them. */
  | { readonly kind: "fleetlock"; readonly base: string; readonly holders: "names" | "machine-ids" };

/** Fails with `reboot/store-settings`. */
export function parseSlotStore(text: string | undefined): Result<SlotStoreAddress> {
  if (text === undefined) return ok({ kind: "local", folder: null });
  if (text.startsWith("/")) return ok({ kind: "local", folder: text });
  const [, kind, rest = ""] = /^(etcd|fleetlock|fleetlock-machine-id):(.*)$/.exec(text) ?? [];
  const urls = rest.split(",").map((url) => url.replace(/\/+$/, ""));
  if (kind === undefined || urls.some((url) => !/^https?:\/\/[^\s/]+(\/\S*)?$/.test(url))) return err(unknown(text));
  const [first = "", ...more] = urls;
  if (kind === "etcd") return ok({ kind: "etcd", endpoints: urls });
  const holders = kind === "fleetlock" ? "names" : "machine-ids";
  return more.length === 0 ? ok({ kind: "fleetlock", base: first, holders }) : err(unknown(text));
}

const unknown = (found: string) =>
  failure("reboot/store-settings", "fleet.slots names no store of reboot slots", {
    expected:
      "an absolute folder, etcd:http://HOST:2379, fleetlock:http://HOST:PORT, or fleetlock-machine-id:http://HOST:PORT",
    found,
  });
