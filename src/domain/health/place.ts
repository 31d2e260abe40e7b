/** Where a check looks: addresses may be left to the inventory, as `{addr}` and `{host}`. */
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { Probe } from "./check.ts";

/** The probe for one host: `{addr}` is its first address, `{host}` its name. */
export function placed<P extends Probe>(probe: P, host: Pick<ResolvedHost, "name" | "addresses">): P {
  const address = host.addresses[0] ?? host.name;
  const fill = (text: string, addr: string): string => text.replaceAll("{addr}", addr).replaceAll("{host}", host.name);
  switch (probe.kind) {
    case "http":
      return { ...probe, url: fill(probe.url, address.includes(":") ? `[${address}]` : address) };
    case "tcp":
      return { ...probe, host: fill(probe.host, address) };
    case "unit":
    case "command":
      return probe;
    default:
      return probe;
  }
}
