/** The inventory after merging and resolving: the only form that the rest of the code sees. */
import type { PlannedCheck } from "../health/check.ts";
import type { HostName } from "../ids.ts";

export type Base = "ubuntu" | "debian" | "nixos";

export interface Inventory {
  /** File it came from, as the user named it. */
  readonly file: string;
  /** Name of the environment: the file's name without ending. */
  readonly environment: string;
  readonly fleet: FleetSettings;
  /** In the order of the file. */
  readonly hosts: readonly ResolvedHost[];
  readonly groups: ReadonlyMap<string, ResolvedGroup>;
  readonly rollouts: ReadonlyMap<string, RolloutStrategy>;
  readonly tasks: ReadonlyMap<string, Task>;
  /** sha256 over the canonical JSON of everything that evaluation sees. */
  readonly digest: string;
}

export interface FleetSettings {
  /** The user's flake: an absolute folder, or a flake reference such as github:owner/repo. */
  readonly flake: string;
  /** Absolute path of the secret key that signs closures. */
  readonly signingKey?: string;
  /** URL of the store that holds what CI built. */
  readonly cache?: string;
  /** Where reboot slots are kept; see slots/store-address.ts. */
  readonly slots?: string;
  /** Where leases of groups are kept; see leases/store-address.ts. */
  readonly leases?: string;
  /** Public keys that the hosts of the fleet trust, `name:base64`. */
  readonly publicKeys: readonly string[];
  /** Ranges in which no rollout starts a host, `FROM/TO ZONE`. */
  readonly blackouts: readonly string[];
  /** Commands of this machine around a run that changes hosts. */
  readonly hooks: RolloutHooks;
}

export interface ResolvedHost {
  readonly name: HostName;
  readonly base: Base;
  /** Nix system, such as x86_64-linux. */
  readonly system: string;
  readonly addresses: readonly string[];
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly proxyJump?: string;
  readonly hostKeys?: readonly string[];
  readonly transport: "auto" | "ssh2" | "openssh" | "local";
  /** Absent for the usual, full access; see access.ts. */
  readonly access?: "restricted";
  readonly roles: readonly string[];
  readonly tags: readonly string[];
  /** All groups, automatic ones (`all`, the base) included, parents before children. */
  readonly groups: readonly string[];
  /** Each "local", "target", or the name of a builder host, best first. Empty where nothing is said. */
  readonly build: readonly string[];
  /** Whether the host fetches from its own binary caches what they have. */
  readonly substituteOnDestination: boolean;
  /** Milliseconds within which a change must be confirmed over a fresh connection; 0 for no confirmation. */
  readonly confirmMs?: number;
  /** Name of a strategy in `rollouts`. */
  readonly rollout?: string;
  /** Only the section of the host's own base is there (`ubuntu` serves ubuntu and debian), and always. */
  readonly osUpdates: OsUpdates;
  /** Every budget has to allow a reboot of this host. */
  readonly rebootBudgets: readonly RebootBudget[];
  readonly hooks: Hooks;
  /** In the order of their names. */
  readonly healthChecks: readonly PlannedCheck[];
  readonly flakeAttr?: string;
  /** NixOS hosts only: the specialisation that the host runs and boots. */
  readonly specialisation?: string;
  /** NixOS hosts only: "boot" commits systems for the next boot and leaves alone what runs. */
  readonly activation?: "live" | "boot";
  /** Free values for modules, as `config.nixfleet.host.vars`. */
  readonly vars: Readonly<Record<string, unknown>>;
}

/** At most `max` hosts of the group reboot at once. */
export interface RebootBudget {
  readonly group: string;
  readonly max: number;
}

export interface ResolvedGroup {
  readonly name: string;
  readonly hosts: readonly HostName[];
  readonly children: readonly string[];
  readonly automatic: boolean;
}

export interface OsUpdates {
  readonly ubuntu?: {
    readonly mode: "security-daily" | "full-weekly" | "manual";
    readonly autoReboot: boolean;
    /** `DAYS HH:MM-HH:MM ZONE`, zone always written out; see windows/grammar.ts. Empty: any time. */
    readonly rebootWindow: readonly string[];
    readonly holds: readonly string[];
    readonly pins: Readonly<Record<string, string>>;
    readonly removeOldKernels?: boolean;
    /** How long people have to log out before a reboot; absent where nobody waits for them. */
    readonly waitForUsersMs?: number;
    /** How long versions that were chosen may be installed; absent for the usual time. */
    readonly maxManifestAgeMs?: number;
    /** The smallest of the host's reboot budgets. */
    readonly maxConcurrentReboots?: number;
  };
  readonly nixos?: {
    readonly autoSwitch: boolean;
    readonly autoReboot: boolean;
    readonly rebootWindow: readonly string[];
    /** How long people have to log out before a reboot; absent where nobody waits for them. */
    readonly waitForUsersMs?: number;
    readonly maxConcurrentReboots?: number;
  };
}

export interface Hook {
  readonly run: string;
  readonly where: "local" | "remote" | `delegate:${string}`;
  readonly timeoutMs: number;
  readonly onFailure: "fail" | "warn";
  /** Takes the command back. */
  readonly undo?: string;
}

type HookStage = "preApply" | "postApply" | "preReboot" | "postReboot" | "onFailure";
type Hooks = Readonly<Partial<Record<HookStage, readonly Hook[]>>>;

export interface LocalHook {
  readonly run: string;
  readonly timeoutMs: number;
}

export type RolloutHooks = Readonly<Partial<Record<"preRollout" | "onHalt" | "postRollout", readonly LocalHook[]>>>;

/** So many hosts, or so many of a hundred. */
export type Amount = { readonly count: number } | { readonly percent: number };

export interface RolloutStrategy {
  /** Cumulative; the last is always all hosts. */
  readonly stages: readonly Amount[];
  readonly canary: CanaryChoice;
  readonly soakMs: number;
  readonly maxParallel: Amount;
  readonly slowStart: boolean;
  /** More than this halt; null for no limit. */
  readonly maxFailures: Amount | null;
  readonly maxUnreachable: Amount | null;
  readonly consecutiveFailures: number | null;
  readonly progressDeadlineMs: number | null;
  readonly approval: "none" | "after-canary" | "each-stage";
  readonly onFailure: "rollback" | "rollback-stage" | "rollback-all" | "stop" | "continue";
  /** `DAYS HH:MM-HH:MM ZONE`, zone always written out. Empty: any time. */
  readonly windows: readonly string[];
  /** `FROM/TO ZONE`; see windows/blackout.ts. */
  readonly blackouts: readonly string[];
}

export type CanaryChoice =
  /** Hosts tagged `canary`, or else one of each class. */
  | { readonly kind: "auto" }
  | { readonly kind: "none" }
  | { readonly kind: "count"; readonly count: number }
  /** Of the `--limit` grammar. */
  | { readonly kind: "hosts"; readonly patterns: readonly string[] };

export interface Task {
  readonly run: string;
  readonly sudo: boolean;
  readonly timeoutMs: number;
}
