/** Where everything lies in a lab's state folder. */
import { join } from "node:path";

export interface LabFiles {
  readonly state: string;
  readonly lock: string;
  readonly keysFolder: string;
  /** Private key that may log in to every machine. */
  readonly loginKey: string;
  /** The fleet's private key for signing store paths, and its public half beside it. */
  readonly signingKey: string;
  readonly signingKeyPublic: string;
  readonly inventoryFolder: string;
  readonly inventory: string;
  readonly knownHosts: string;
  readonly sshConfig: string;
  readonly machinesFolder: string;
  /** The package archive as machines see it, and the key that signs it. */
  readonly archiveFolder: string;
  readonly archiveKey: string;
  /** Everything that a lab puts directly into its folder. */
  readonly ownNames: readonly string[];
}

export function labFiles(folder: string): LabFiles {
  const keysFolder = join(folder, "keys");
  const files = ["lab.json", "known_hosts", "ssh_config"];
  return {
    state: join(folder, "lab.json"),
    lock: join(folder, "lab.lock"),
    keysFolder,
    loginKey: join(keysFolder, "id_ed25519"),
    signingKey: join(keysFolder, "nix-signing-key"),
    signingKeyPublic: join(keysFolder, "nix-signing-key.pub"),
    inventoryFolder: join(folder, "inventory"),
    inventory: join(folder, "inventory/lab.yaml"),
    knownHosts: join(folder, "known_hosts"),
    sshConfig: join(folder, "ssh_config"),
    machinesFolder: join(folder, "machines"),
    archiveFolder: join(folder, "archive"),
    archiveKey: join(keysFolder, "archive-key.asc"),
    ownNames: [...files, ...files.map((name) => `${name}.new`), "lab.lock", "keys", "inventory", "machines", "archive"],
  };
}

export const machineFolder = (labFolder: string, name: string): string =>
  join(labFiles(labFolder).machinesFolder, name);

/** Private host key of a machine; kept apart from its disk, which a reset throws away. */
export const hostKeyFile = (labFolder: string, name: string): string =>
  join(labFiles(labFolder).keysFolder, "hosts", name);
