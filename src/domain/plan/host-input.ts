/** What the planner knows of one host: what was observed, what is wanted, and what lies in the way. */
import type { ClosureDifference } from "../closure/compare.ts";
import type { PlannedCheck } from "../health/check.ts";
import type { ProgramVersion } from "../host/program-version.ts";
import type { HostName, StorePath } from "../ids.ts";
import type { Base, FleetSettings, ResolvedHost } from "../inventory/resolved.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { Result } from "../outcome/result.ts";
import type { RolloutHost } from "../rollout/assemble-rollout.ts";
import type { ClosureSource, HostBuild } from "./build-schema.ts";
import type { FileContent } from "./file-content.ts";
import type { BootParts } from "./nixos-boot.ts";
import type { OsStage } from "./os-stage.ts";
import type { Plan } from "./plan.ts";
import type { SecretInput } from "./secret-changes.ts";

export interface PlanRequest {
  readonly verb: "apply" | "rollback" | "remove";
  /** ISO 8601, UTC. The only time in the plan; not part of its id. */
  readonly createdAt: string;
  readonly toolVersion: string;
  readonly inputs: Plan["inputs"];
  /** Hosts at once, over all strategies; left out, the strategies' own limits are all there is. */
  readonly maxParallel?: number;
  /** Every host with its strategy, whether it changes or not; left out, all go at once. */
  readonly rolloutHosts?: readonly RolloutHost[];
  /** Those of the inventory around a whole run; none when left out. */
  readonly hooks?: FleetSettings["hooks"];
  /** In any order; the plan sorts them. */
  readonly hosts: readonly HostInput[];
}

export interface HostInput {
  readonly host: { readonly name: HostName; readonly base: Base };
  /** A failure of kind "unreachable" makes the host unreachable, any other makes it failed. */
  readonly observed: Result<HostFacts>;
  readonly desired: Result<DesiredHost>;
  /** Manifest of the live closure; null when there is none, or when it could not be read. */
  readonly current: Manifest | null;
  /** What lies at the paths that `inspectionFor` asks to look at; a path left out holds the host. */
  readonly found: ReadonlyMap<string, FoundPath>;
  /** Old and new content by path, as far as it may be shown. */
  readonly contents: ReadonlyMap<string, FileContent>;
  /** Whether the run that holds the host's lock is known to be dead. */
  readonly lockAbandoned?: boolean;
  /** Time within which an activation must be confirmed; 0 for none. */
  readonly confirmMs?: number;
  /** Those of the inventory, beside what the closure declares. */
  readonly healthChecks?: readonly PlannedCheck[];
  /** Commands of the inventory around what happens to the host. */
  readonly hooks?: ResolvedHost["hooks"];
  /** Absent where neither the host nor the closure has any. */
  readonly secrets?: SecretInput;
  /** The update that the host's policy asks for now. */
  readonly osStage?: OsStage;
  /** How the desired closure differs from the live one, where it could be compared. */
  readonly closure?: ClosureDifference;
  /** NixOS: what the desired system boots with, when it lies in this machine's store. */
  readonly nextBoot?: BootParts;
  /** The host program of this version, which restricted hosts are to have installed. */
  readonly program?: ProgramVersion;
  /** Why it could not be compared. */
  readonly notCompared?: string;
}

export type DesiredHost =
  | {
      readonly kind: "closure";
      readonly system: StorePath;
      /** Null for a NixOS system that nixfleet did not describe. */
      readonly manifest: Manifest | null;
      /** NixOS: the store path that holds the manifest beside the system; it travels along. */
      readonly description?: StorePath;
      /** NixOS: "boot" commits it for the next boot, and leaves alone what runs; "once" lets one boot try it. */
      readonly mode?: "live" | "boot" | "once";
      /** Where it lies; in this machine's store when left out. */
      readonly source?: ClosureSource;
      /** The host fetches what its own binary caches have. */
      readonly substitutes?: boolean;
      readonly build?: HostBuild;
      /** The closure lies on the host already (an earlier generation): nothing is copied. */
      readonly present?: boolean;
    }
  /** Generation 0: nothing is managed any more. */
  | { readonly kind: "empty" };

export interface FoundPath {
  readonly kind: "absent" | "file" | "directory" | "symlink" | "other";
  /** `mode owner group`, unless absent. */
  readonly mode?: string;
  /** Of a regular file that could be read. */
  readonly sha256?: string;
}
