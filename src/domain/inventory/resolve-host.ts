/** One host in its last form: every default filled in, every path absolute. */
import type { HostName } from "../ids.ts";
import { absolutePath, type PathBase } from "./absolute-path.ts";
import type { Layer } from "./merge.ts";
import type { Base, OsUpdates, RebootBudget, ResolvedHost } from "./resolved.ts";
import type { HostSettings } from "./schema/host-settings.ts";

export interface HostParts {
  readonly name: HostName;
  readonly base: Base;
  readonly addresses: readonly string[];
  readonly settings: HostSettings;
  readonly layers: readonly Layer[];
  /** The user's groups, parents first. */
  readonly groups: readonly string[];
}

export function resolveHost(
  { name, base, addresses, settings, layers, groups }: HostParts,
  paths: PathBase,
): ResolvedHost {
  const { port, user, identityFile, proxyJump, hostKeys, rollout, flakeAttr, confirmWithin } = settings;
  const rebootBudgets = rebootBudgetsOf(layers, base);
  return {
    name,
    base,
    system: settings.system ?? "x86_64-linux",
    addresses,
    ...(port === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    ...(identityFile === undefined ? {} : { identityFile: absolutePath(identityFile, paths) }),
    ...(proxyJump === undefined ? {} : { proxyJump }),
    ...(hostKeys === undefined ? {} : { hostKeys }),
    transport: settings.transport ?? "auto",
    ...(settings.access === "restricted" ? { access: settings.access } : {}),
    roles: settings.roles ?? [],
    tags: settings.tags ?? [],
    groups: ["all", base, ...groups],
    build: settings.build ?? [],
    substituteOnDestination: settings.substituteOnDestination ?? false,
    ...(rollout === undefined ? {} : { rollout }),
    ...(confirmWithin === undefined ? {} : { confirmMs: confirmWithin }),
    osUpdates: osUpdatesOf(settings, base),
    rebootBudgets,
    hooks: settings.hooks ?? {},
    healthChecks: Object.entries(settings.healthChecks ?? {})
      .map(([check, rest]) => ({ name: check, ...rest }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(flakeAttr === undefined ? {} : { flakeAttr }),
    ...(base === "nixos" ? nixosOf(settings) : {}),
    vars: settings.vars ?? {},
  };
}

const nixosOf = ({
  specialisation,
  activation,
}: HostSettings): Pick<ResolvedHost, "specialisation" | "activation"> => ({
  ...(specialisation === undefined ? {} : { specialisation }),
  ...(activation === undefined ? {} : { activation }),
});

/** The section of `osUpdates` that a base uses. */
export const updateSection = (base: Base): "ubuntu" | "nixos" => (base === "nixos" ? "nixos" : "ubuntu");

function osUpdatesOf({ osUpdates = {} }: HostSettings, base: Base): OsUpdates {
  if (updateSection(base) === "nixos") {
    return { nixos: { autoSwitch: false, autoReboot: false, rebootWindow: [], ...inUnits(osUpdates.nixos) } };
  }
  const defaults = { mode: "manual", autoReboot: false, rebootWindow: [], holds: [], pins: {} } as const;
  return { ubuntu: { ...defaults, ...inUnits(osUpdates.ubuntu) } };
}

/** Durations are milliseconds by now, which the name says from here on. */
function inUnits<T extends { readonly waitForUsers?: number; readonly maxManifestAge?: number }>(
  settings: T | undefined,
) {
  if (settings === undefined) return {};
  const { waitForUsers, maxManifestAge, ...others } = settings;
  return {
    ...others,
    ...(waitForUsers === undefined ? {} : { waitForUsersMs: waitForUsers }),
    ...(maxManifestAge === undefined ? {} : { maxManifestAgeMs: maxManifestAge }),
  };
}

/** A limit counts the hosts of the place it stands at: all below defaults, the group's, those of the base on a host. */
function rebootBudgetsOf(layers: readonly Layer[], base: Base): RebootBudget[] {
  const budgets = new Map<string, number>();
  for (const { kind, name, settings } of layers) {
    const max = settings.osUpdates?.[updateSection(base)]?.maxConcurrentReboots;
    if (max === undefined) continue;
    const group = kind === "defaults" ? "all" : kind === "group" ? name : base;
    budgets.set(group, Math.min(max, budgets.get(group) ?? max));
  }
  return [...budgets].map(([group, max]) => ({ group, max }));
}
