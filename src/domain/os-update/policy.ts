/** What may be updated on a host, and how: the inventory's policy, with what the operator said on top. */
import type { OsUpdates, ResolvedHost } from "../inventory/resolved.ts";
import { USUAL_MANIFEST_AGE_MS } from "./manifest-age.ts";

export const phasings = ["always", "host", "never"] as const;
export type Phasing = (typeof phasings)[number];
export const repairs = ["never", "configure", "fix"] as const;
export type Repair = (typeof repairs)[number];

export interface UpdatePolicy {
  readonly selection: "security" | "full";
  readonly holds: readonly string[];
  readonly pins: Readonly<Record<string, string>>;
  /** Whose lot decides on a phased update: the archive's draw on each host, or nobody's, since NixFleet stages itself. */
  readonly phasing: Phasing;
  readonly repair: Repair;
  /** Whether indexes that could not be fetched forbid the update. */
  readonly staleIndexes: "fail" | "warn";
  readonly reboot: "never" | "if-needed" | "always";
  /** How long versions that were chosen may be installed. */
  readonly maxManifestAgeMs: number;
  /** Whether old kernels may be taken away where /boot is too small for a new one. */
  readonly removeOldKernels: boolean;
}

export interface PolicyOverrides {
  readonly selection?: UpdatePolicy["selection"];
  readonly phasing?: Phasing;
  readonly repair?: Repair;
  readonly staleIndexes?: UpdatePolicy["staleIndexes"];
  readonly reboot?: UpdatePolicy["reboot"];
  readonly removeOldKernels?: boolean;
}

/** Without a word from the operator: security updates only, unless the host's mode is the full one. */
export function updatePolicy(host: Pick<ResolvedHost, "osUpdates">, overrides: PolicyOverrides): UpdatePolicy {
  const settings: OsUpdates["ubuntu"] = host.osUpdates.ubuntu;
  const { autoReboot } = settings ?? host.osUpdates.nixos ?? { autoReboot: false };
  return {
    selection: settings?.mode === "full-weekly" ? "full" : "security",
    holds: settings?.holds ?? [],
    pins: settings?.pins ?? {},
    phasing: "always",
    repair: "never",
    staleIndexes: "fail",
    removeOldKernels: settings?.removeOldKernels ?? false,
    reboot: autoReboot ? "if-needed" : "never",
    maxManifestAgeMs: settings?.maxManifestAgeMs ?? USUAL_MANIFEST_AGE_MS,
    ...overrides,
  };
}
