/** Where the leases of groups are kept, as the inventory says it. */
import { type HostName, parseHostName } from "../ids.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export type LeaseStoreAddress =
  /** A file for each group in a folder of this machine; null for the usual folder. */
  | { readonly kind: "local"; readonly folder: string | null }
  /** Addresses of one cluster's members; any of them will do. */
  | { readonly kind: "etcd"; readonly endpoints: readonly string[] }
  /** A host of the inventory, reached like all others. */
  | { readonly kind: "host"; readonly name: HostName };

/** Fails with `lease/store-settings`. */
export function parseLeaseStore(text: string | undefined): Result<LeaseStoreAddress> {
  if (text === undefined) return ok({ kind: "local", folder: null });
  if (text.startsWith("/")) return ok({ kind: "local", folder: text });
  const [, kind, rest = ""] = /^(etcd|host):(.*)$/.exec(text) ?? [];
  const name = kind === "host" ? parseHostName(rest) : undefined;
  if (name !== undefined) return ok({ kind: "host", name });
  const urls = rest.split(",").map((url) => url.replace(/\/+$/, ""));
  if (kind === "etcd" && urls.every((url) => /^https?:\/\/[^\s/]+(\/\S*)?$/.test(url))) {
    return ok({ kind: "etcd", endpoints: urls });
  }
  return err(
    failure("lease/store-settings", "fleet.leases names no store of leases", {
      expected: "an absolute folder, etcd:http://HOST:2379, or host:NAME of the inventory",
      found: text,
    }),
  );
}
