/** What one look at a host tells. A fact that could not be had is "unknown" with a reason, never taken for "fine". */
import type { Unattended } from "../apt/unattended.ts";
import type { ProgramVersion } from "../host/program-version.ts";
import type { BootId, Generation, StorePath } from "../ids.ts";
import type { BootParts } from "../plan/nixos-boot.ts";
import type { BootOnce } from "../reboot/boot-once.ts";

export type Observed<T> =
  | { readonly kind: "known"; readonly value: T }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown"; readonly reason: string };

export interface HostFacts {
  readonly hostname: string;
  readonly bootId: BootId;
  readonly kernel: string;
  /** Nix system, such as x86_64-linux. */
  readonly system: string;
  /** Seconds since the epoch by the host's clock. */
  readonly time: number;
  readonly os: { readonly id: string; readonly version: string; readonly codename: string; readonly pretty: string };
  readonly live: StorePath | null;
  readonly committed: StorePath | null;
  readonly booted: StorePath | null;
  /** 0 when nothing was ever applied, and after a removal. */
  readonly generation: Generation;
  readonly generations: readonly { readonly generation: Generation; readonly system: StorePath; readonly at: number }[];
  /** NixOS: the committed system, which waits for a boot to be live, and why. Null when nothing waits. */
  readonly staged: { readonly system: StorePath; readonly reasons: readonly string[] } | null;
  /** NixOS: what is booted and, for inhibitors and init, live. Absent elsewhere. */
  readonly boot?: BootParts;
  readonly state: HostState | null;
  readonly files: readonly OwnedFile[];
  readonly units: readonly OwnedUnit[];
  readonly secrets: readonly OwnedSecret[];
  /** Digest over the current hashes, modes and owners of all owned files: equal digests mean untouched files. */
  readonly filesDigest: string;
  readonly failedUnits: Observed<readonly string[]>;
  readonly disk: readonly DiskSpace[];
  /** Absent where nothing on the host tells of updates. */
  readonly osUpdates?: OsFacts;
  readonly reboot: { readonly needed: "yes" | "no" | "unknown"; readonly reasons: readonly string[] };
  readonly nixVersion: Observed<string>;
  /** Absent where the deploy account has full access. */
  readonly restricted?: Restricted;
  readonly nixDaemon: "active" | "socket" | "inactive" | "missing";
  readonly lock: HostLock | null;
  /** The run whose activation is going on right now. */
  readonly activation: string | null;
  /** The run of an activation that was cut short: the next one must activate even where nothing else differs. */
  readonly interrupted: string | null;
  /** The last activation that came to an end, with the exit code of its verb. */
  readonly lastRun: { readonly run: string; readonly code: number; readonly at: number } | null;
}

/** How a restricted host knows its fleet. */
export interface Restricted {
  /** Its own name in deploy records. */
  readonly host: string;
  /** Of the last deploy record that it took; 0 for none. */
  readonly serial: number;
  /** Public keys that it believes, `name:base64`. */
  readonly keys: readonly string[];
  /** The installed program; absent where it is too old to tell. */
  readonly program?: ProgramVersion;
}

/** What a host knows of its own updates without being asked anew. */
export interface OsFacts {
  /** Of the last look, as long as nothing moved since; absent when somebody has to look. */
  readonly updates?: { readonly pending: number; readonly security: number; readonly keptBack: number };
  /** Outcomes of unattended-upgrades; null where it is not installed. */
  readonly unattended: Unattended | null;
  /** Units that run the code of before an update, as of the last look, less those that were restarted since. */
  readonly oldCode: readonly string[];
  /** The last update by NixFleet: the exit code of its verb, and how many packages changed. */
  readonly last: { readonly run: string; readonly code: number; readonly at: number; readonly packages: number } | null;
  /** Since when a package asks for a reboot, in seconds since the epoch. */
  readonly rebootSince: number | null;
  /** A reboot by NixFleet after which the host was not found well yet: its run, and the boot id from before. */
  readonly openReboot: OpenReboot | null;
  /** Told by NixOS, and by other hosts while a package asks for a reboot. */
  readonly bootOnce?: BootOnce;
}

export interface OpenReboot {
  readonly run: string;
  readonly bootId: BootId;
}

/** The parts of /var/lib/nixfleet/state.json that the CLI reads. */
export interface HostState {
  readonly format: 1;
  readonly system: string | null;
  readonly generation: number;
  readonly manifestSha256: string;
  readonly appliedAt: string;
  readonly appliedBy: string;
  readonly revision: string | null;
  /** The system that ran before. */
  readonly previous?: string | null | undefined;
  readonly run: string;
}

export interface OwnedFile {
  readonly path: string;
  readonly recordedSha256: string;
  /** "other": something else than a regular file stands there. */
  readonly currentSha256: string | "missing" | "other";
  /** `mode owner group`, the mode as four octal digits. */
  readonly recordedMode: string;
  /** Empty when the file is missing. */
  readonly currentMode: string;
}

export interface OwnedUnit {
  readonly name: string;
  readonly recordedSha256: string;
  readonly currentSha256: string | "missing" | "other";
  readonly recordedEnabled: boolean;
  /** As `systemctl is-active` says. */
  readonly active: string;
  /** As `systemctl is-enabled` says. */
  readonly enabled: string;
}

export interface OwnedSecret {
  readonly name: string;
  /** Keyed by the host. */
  readonly digest: string;
  /** Whether it is in memory now; a reboot may have taken it away. */
  readonly present: boolean;
}

export interface DiskSpace {
  readonly mount: string;
  readonly freeBytes: number;
  readonly freeInodes: number;
  readonly totalBytes: number;
}

export interface HostLock {
  readonly run: string;
  readonly owner: string;
  readonly reason: string;
  /** Seconds since the epoch by the host's clock. */
  readonly acquiredAt: number;
  readonly expiresAt: number;
  readonly expired: boolean;
}
