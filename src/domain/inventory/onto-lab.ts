/** The same fleet on a lab's machines: for rehearsals. Hosts without a machine are left out, so that none is touched for real. */
import type { HostName } from "../ids.ts";
import { inventoryDigest } from "./for-nix.ts";
import type { Inventory, ResolvedGroup, ResolvedHost } from "./resolved.ts";

export interface LabDestination {
  readonly user: string;
  readonly identityFile: string;
  readonly signingKey: string;
  /** `NAME:BASE64` of the same key. */
  readonly publicKey: string;
  readonly machines: ReadonlyMap<string, { readonly address: string; readonly hostKey: string }>;
}

export function ontoLab(
  inventory: Inventory,
  lab: LabDestination,
): { readonly inventory: Inventory; readonly leftOut: readonly HostName[] } {
  const hosts = inventory.hosts.flatMap((host) => {
    const machine = lab.machines.get(host.name);
    return machine === undefined ? [] : [hostOnLab(host, machine, lab)];
  });
  const names = new Set(hosts.map((host) => host.name));
  const groups = new Map([...inventory.groups].map(([name, group]) => [name, within(group, names)]));
  const moved = {
    ...inventory,
    hosts,
    groups,
    fleet: { ...inventory.fleet, signingKey: lab.signingKey, publicKeys: [lab.publicKey] },
  };
  return {
    inventory: { ...moved, digest: inventoryDigest(moved) },
    leftOut: inventory.hosts.map((host) => host.name).filter((name) => !names.has(name)),
  };
}

function hostOnLab(
  host: ResolvedHost,
  machine: { readonly address: string; readonly hostKey: string },
  { user, identityFile }: LabDestination,
): ResolvedHost {
  // Port, jump host and transport belong to the way to the real host; the lab's account has full access.
  const { port: _port, proxyJump: _proxyJump, access: _access, ...rest } = host;
  return { ...rest, addresses: [machine.address], hostKeys: [machine.hostKey], user, identityFile, transport: "auto" };
}

const within = (group: ResolvedGroup, names: ReadonlySet<HostName>): ResolvedGroup => ({
  ...group,
  hosts: group.hosts.filter((name) => names.has(name)),
});
