/** The lab's machinery, as the lab workflows see it. Every lab is one state folder; the image is shared by all labs. */
import type { LabId } from "../domain/lab/naming.ts";
import type { LabMachine, LabState } from "../domain/lab/state.ts";
import type { Result } from "../domain/outcome/result.ts";

/** Takes one line for people about what goes on. */
export type Report = (line: string) => void;

export interface LabPreconditions {
  /** Fails unless the machine can run a lab at all: root, Linux with overlayfs. */
  check(): Promise<Result<void>>;
  /** Debian packages that the lab needs, an archive among it or not, and that are not installed. */
  missingPackages(wanted: { readonly archive: boolean }): Promise<readonly string[]>;
  install(packages: readonly string[], report: Report): Promise<Result<void>>;
}

export interface LabImages {
  /** Builds the image unless the cache has it, and puts the Nix commands beside it. Safe against kills and neighbours. */
  ensure(options: ImageWishes, report: Report): Promise<Result<LabImage>>;
  /** Removes what interrupted builds left. */
  sweep(): Promise<void>;
  /** Removes the cache: images, Nix commands and all. */
  forget(): Promise<void>;
}

export interface ImageWishes {
  readonly mirror?: string;
  /** Also the image of bare machines. */
  readonly bare?: boolean;
  /** Also the image of the suite sid. */
  readonly sid?: boolean;
}

export interface LabImage {
  /** Absolute path of the image's folder; never written to. */
  readonly root: string;
  /** The same of bare machines; there only when it was wished for. */
  readonly bare: string;
  /** The same of the suite sid; there only when it was wished for. */
  readonly sid: string;
  /** Folder with `nix` and its kin. */
  readonly binDir: string;
  /** The same with the Nix of sid; there only when its image was wished for. */
  readonly sidBinDir: string;
  readonly built: boolean;
}

export interface LabStore {
  /** Absolute path of the lab's state folder. */
  readonly folder: string;
  /** Undefined when there is no lab in the folder. */
  read(): Promise<Result<LabState | undefined>>;
  /** Replaces the state as a whole; also creates the folder, mode 0700. */
  write(state: LabState): Promise<void>;
  /** Makes the keys that do not exist yet and returns the public halves. */
  ensureKeys(state: LabState, nix: string): Promise<Result<LabPublicKeys>>;
  /** Writes inventory, known_hosts and ssh_config for the lab's machines. */
  writeAccessFiles(state: LabState, keys: LabPublicKeys): Promise<void>;
  /** The files that people and programs reach the machines with. */
  readonly access: LabAccess;
  /** Serializes commands on one lab; the lock falls with the process. */
  lock(): Promise<Result<LabLock>>;
  /** Removes the folder and all in it. */
  remove(): Promise<void>;
}

export interface LabAccess {
  readonly inventory: string;
  /** For `ssh -F`. */
  readonly sshConfig: string;
  readonly knownHosts: string;
  /** Private key that may log in. */
  readonly identityFile: string;
  /** Private key whose signatures the machines trust. */
  readonly signingKey: string;
}

export interface LabLock {
  release(): Promise<void>;
}

export interface LabPublicKeys {
  /** `ssh-ed25519 AAAA…` of the key that may log in. */
  readonly login: string;
  /** `NAME:BASE64`, which the machines' Nix daemons trust. */
  readonly signing: string;
  /** `ssh-ed25519 AAAA…` by machine. */
  readonly host: ReadonlyMap<string, string>;
}

export interface LabNetwork {
  /** Fails when another interface or route uses the subnet. */
  check(state: LabState): Promise<Result<void>>;
  /** Does the work while no other lab of this machine takes addresses. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Makes the bridge, and room in the kernel for what many machines need. */
  up(state: LabState): Promise<Result<void>>;
  /** Takes both back; does nothing when there is no bridge. */
  down(state: Pick<LabState, "id">): Promise<void>;
  /** Pulls or plugs a machine's cable. */
  setLink(state: LabState, machine: LabMachine, to: "up" | "down"): Promise<Result<void>>;
}

export interface LabMachines {
  /** Starts a machine that is off, from its own disk. Returns once its supervisor runs. */
  start(state: LabState, machine: LabMachine, image: LabImage, keys: LabPublicKeys): Promise<Result<void>>;
  /** Ends a machine at once, as a power cut would. Does nothing when it is off. */
  kill(state: Pick<LabState, "id">, name: string): Promise<void>;
  /** Puts the machine's disk back to the image; it must be off. */
  wipe(name: string): Promise<void>;
  status(state: LabState, machine: LabMachine): Promise<MachineStatus>;
  /** The end of what the machine said while it booted. */
  consoleTail(name: string): Promise<string>;
  /** Names of all machines that have a folder, whether the state knows them or not. */
  folders(): Promise<readonly string[]>;
  /** Removes what the kernel still holds of the lab when every machine is off. */
  sweep(state: Pick<LabState, "id">): Promise<void>;
}

export interface MachineStatus {
  readonly power: "on" | "off";
  /** "unreachable" has booted, but its SSH server does not answer; "degraded" has booted with failed units. */
  readonly readiness: "off" | "booting" | "unreachable" | "ready" | "degraded";
  /** Units that failed, when degraded. */
  readonly failedUnits: readonly string[];
  readonly bootId?: string;
  /** Process id of the machine's PID 1 as seen from outside. */
  readonly leader?: number;
}

export interface LabArchive {
  /** Builds what is missing of the archive and publishes it. Fails with `lab/archive-failed`. */
  publish(report: Report): Promise<Result<void>>;
}

export interface Lab {
  readonly id: LabId;
  /** Absolute path of the cache folder. */
  readonly cache: string;
  readonly preconditions: LabPreconditions;
  readonly images: LabImages;
  readonly store: LabStore;
  readonly network: LabNetwork;
  readonly archive: LabArchive;
  readonly machines: LabMachines;
  /** Waits between two looks at machines. */
  readonly pause: (ms: number) => Promise<void>;
  /** Milliseconds on a clock that nobody sets. */
  readonly elapsed: () => number;
  readonly newMachineId: () => string;
  /** Runs ssh on this terminal and resolves to its exit code; without a command it is a login. */
  ssh(machine: LabMachine, command: readonly string[]): Promise<number>;
  /** The `nix` program of this machine: its own, or the lab's once the image is there. */
  nix(): string | undefined;
}
