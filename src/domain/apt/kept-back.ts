/** Why a newer version is not installed, told from how apt's simulations differ. */
import { namePattern } from "../name-pattern.ts";
import type { HostUpdates } from "./updates.ts";

export const keptBackReasons = ["hold", "pin", "phasing", "removal", "dependency", "selection"] as const;
export type KeptBackReason = (typeof keptBackReasons)[number];

export interface KeptBack {
  readonly name: string;
  readonly candidate: string;
  readonly why: KeptBackReason;
  /** A security update waits behind it. */
  readonly security: boolean;
}

export interface KeepingPolicy {
  readonly selection: "security" | "full";
  readonly holds: readonly string[];
  readonly pins: Readonly<Record<string, string>>;
}

/** Sorted by name. */
export function keptBackOf(updates: HostUpdates, policy: KeepingPolicy): KeptBack[] {
  const chosen = new Set(updates.chosen.installs.map(({ name }) => name));
  const security = new Set(updates.security.installs.map(({ name }) => name));
  return updates.all.installs
    .filter(({ name, from }) => from !== null && !chosen.has(name))
    .map(({ name, to }) => ({
      name,
      candidate: to,
      why: reasonFor(name, updates, policy),
      security: security.has(name),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a hold covers the package: by its own name or that of its source. */
export function isHeld(name: string, updates: HostUpdates, holds: readonly string[]): boolean {
  const bare = name.replace(/:.*/, "");
  const source = updates.packages.get(bare)?.source ?? bare;
  return holds.some((hold) => {
    const pattern = namePattern(hold.replace(/^src:/, ""));
    return pattern.matches(source) || (!hold.startsWith("src:") && pattern.matches(bare));
  });
}

function reasonFor(name: string, updates: HostUpdates, { selection, holds, pins }: KeepingPolicy): KeptBackReason {
  const among = (installs: readonly { readonly name: string }[]): boolean =>
    installs.some((install) => install.name === name);
  if (updates.held.includes(name) || isHeld(name, updates, holds)) return "hold";
  if (Object.keys(pins).some((pin) => namePattern(pin).matches(name))) return "pin";
  if (!among(updates.phased.installs)) return updates.all.removals.length > 0 ? "removal" : "dependency";
  if (selection === "security") return "selection";
  return among(updates.own.installs) ? "dependency" : "phasing";
}
