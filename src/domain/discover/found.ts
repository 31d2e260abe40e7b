/** What answered on an SSH port, and whether the inventory knows it. */
import type { Inventory } from "../inventory/resolved.ts";

export interface Answering {
  /** As it was looked for: an address or a name. */
  readonly target: string;
  /** The line with which sshd greets, without its line end. */
  readonly greeting: string;
  /** By reverse look-up; null when nothing is known. */
  readonly name: string | null;
}

export interface FoundHost extends Answering {
  /** The distribution that sshd's greeting names, as far as NixFleet manages it; null otherwise. NixOS names none. */
  readonly base: "ubuntu" | "debian" | null;
  /** Hosts of the inventory with this address. */
  readonly hosts: readonly string[];
}

/** In the order in which they were looked for. */
export function foundHosts(answering: readonly Answering[], inventory: Inventory | undefined): FoundHost[] {
  const hostsAt = new Map<string, string[]>();
  for (const { name, addresses } of inventory?.hosts ?? []) {
    for (const address of addresses) hostsAt.set(address, [...(hostsAt.get(address) ?? []), name]);
  }
  return answering.map((host) => ({
    ...host,
    base: baseOf(host.greeting),
    hosts: [...new Set([host.target, host.name ?? host.target].flatMap((at) => hostsAt.get(at) ?? []))],
  }));
}

/** RFC 4253 §4.2: `SSH-2.0-softwareversion comments`; Debian and Ubuntu put their package's version behind. */
function baseOf(greeting: string): FoundHost["base"] {
  if (/^SSH-2\.0-\S+ Ubuntu-/.test(greeting)) return "ubuntu";
  return /^SSH-2\.0-\S+ (Debian|Raspbian)-/.test(greeting) ? "debian" : null;
}
