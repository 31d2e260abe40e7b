/** The thin layer that makes a lab machine of the common image: who it is, what it looks like, whom it trusts. */
import { DEPLOY } from "./image-recipe.ts";
import { shapeEntries } from "./shapes.ts";
import type { LabMachine } from "./state.ts";
import type { Subnet } from "./subnet.ts";

/** A file, link or folder of the layer; paths are relative to the machine's root, owners are numeric. */
export interface LayerEntry {
  readonly path: string;
  readonly is: "file" | "link" | "folder";
  /** Content of a file, target of a link. */
  readonly value?: string;
  /** 0644 for files and 0755 for folders unless said. */
  readonly mode?: number;
  readonly owner?: number;
}

export interface MachineKeys {
  /** Public key that may log in, as `authorized_keys` has it. */
  readonly login: string;
  /** The machine's own host key, private half and public half. */
  readonly hostPrivate: string;
  readonly hostPublic: string;
  /** Public key of the fleet, `NAME:BASE64`. */
  readonly signing: string;
}

/** Everything in the order in which it can be written: folders before what lies in them. */
export function machineLayer(machine: LabMachine, subnet: Subnet, keys: MachineKeys): LayerEntry[] {
  return [
    ...identity(machine),
    ...network(machine, subnet),
    ...login(keys),
    ...(machine.bare === true ? [] : [...deployment(machine, keys), file("etc/nix/nix.conf", nixConf(keys.signing))]),
    ...shapeEntries(machine.shape),
  ];
}

const identity = (machine: LabMachine): LayerEntry[] => [
  file("etc/hostname", `${machine.name}\n`),
  file("etc/machine-id", `${machine.machineId}\n`, { mode: 0o444 }),
  // Without its own name here, every sudo asks a resolver that does not exist.
  file("etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${machine.name}\n::1 localhost\n`),
];

const network = (machine: LabMachine, subnet: Subnet): LayerEntry[] => [
  file(
    "etc/systemd/network/10-lab.network",
    `[Match]
Name=host0

[Network]
Address=${machine.address}/${subnet.prefix}
LinkLocalAddressing=no
IPv6AcceptRA=no
`,
  ),
];

const login = (keys: MachineKeys): LayerEntry[] => [
  file("etc/ssh/ssh_host_ed25519_key", keys.hostPrivate, { mode: 0o600 }),
  file("etc/ssh/ssh_host_ed25519_key.pub", `${keys.hostPublic}\n`),
  folder("root", { mode: 0o700 }),
  folder("root/.ssh", { mode: 0o700 }),
  file("root/.ssh/authorized_keys", `${keys.login}\n`, { mode: 0o600 }),
];

function deployment(machine: LabMachine, keys: MachineKeys): LayerEntry[] {
  const home = `home/${DEPLOY.name}`;
  const mine = { owner: DEPLOY.uid };
  const sudoRule = machine.sudo === "password" ? "ALL" : "NOPASSWD: ALL";
  return [
    folder(home, { mode: 0o750, ...mine }),
    folder(`${home}/.ssh`, { mode: 0o700, ...mine }),
    file(`${home}/.ssh/authorized_keys`, `${keys.login}\n`, { mode: 0o600, ...mine }),
    folder("etc/sudoers.d", { mode: 0o750 }),
    file(`etc/sudoers.d/${DEPLOY.name}`, `${DEPLOY.name} ALL=(ALL:ALL) ${sudoRule}\n`, { mode: 0o440 }),
  ];
}

/** Nothing to fetch from, one key to trust, and nobody but root whom the daemon believes without it. */
const nixConf = (signingKey: string): string => `experimental-features = nix-command flakes
sandbox = true
substituters =
trusted-public-keys = ${signingKey}
trusted-users = root
`;

type Attributes = Pick<LayerEntry, "mode" | "owner">;

const file = (path: string, value: string, more: Attributes = {}): LayerEntry => ({ path, is: "file", value, ...more });

const folder = (path: string, more: Attributes): LayerEntry => ({ path, is: "folder", ...more });
