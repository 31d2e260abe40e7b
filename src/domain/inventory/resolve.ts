/** The last stage: groups, layers and references are worked out, and an inventory comes out, or every mistake at once. */
import { parseHostName } from "../ids.ts";
import type { Failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { absoluteFlake, absolutePath, type PathBase } from "./absolute-path.ts";
import { checkFiles, type KnownFiles } from "./check-files.ts";
import { checkReferences } from "./check-references.ts";
import { ConflictReport } from "./conflict-report.ts";
import { inventoryDigest } from "./for-nix.ts";
import type { Fragment } from "./fragment.ts";
import { automaticGroups, buildGroupGraph, type GroupGraph } from "./group-graph.ts";
import { missingAddress, missingBase, nameClashes, uselessNixosSettings, uselessUpdates } from "./host-mistakes.ts";
import { type LayersOf, layersFor } from "./layers.ts";
import { mergeLayers } from "./merge.ts";
import { resolveHost } from "./resolve-host.ts";
import type { FleetSettings, Inventory, ResolvedGroup, ResolvedHost } from "./resolved.ts";

export interface ResolveContext extends PathBase {
  /** The environment's name: the file's name without ending. */
  readonly environment: string;
  /** What the fleet's folder has files for; absent when the flake does not lie on this machine. */
  readonly files: KnownFiles | undefined;
}

export interface ResolvedInventory {
  readonly inventory: Inventory;
  readonly warnings: readonly Failure[];
}

export function resolveInventory(
  fragment: Fragment,
  context: ResolveContext,
): Result<ResolvedInventory, readonly Failure[]> {
  const graph = buildGroupGraph(fragment);
  const { hosts, mistakes, warnings } = resolveHosts(fragment, graph, layersFor(fragment, graph), context);
  const all = [
    ...fragment.mistakes,
    ...graph.mistakes,
    ...checkReferences(fragment),
    ...mistakes,
    ...(context.files === undefined ? [] : checkFiles(fragment, hosts, context.files)),
  ];
  if (all.length > 0) return err(inOrderOfPlace(all));
  const parts = {
    file: fragment.source.file,
    environment: context.environment,
    fleet: fleetOf(fragment, context),
    hosts,
    groups: groupsOf(fragment, hosts),
    rollouts: fragment.rollouts,
    tasks: fragment.tasks,
  };
  const inventory = { ...parts, digest: inventoryDigest(parts) };
  return ok({ inventory, warnings: inOrderOfPlace([...graph.warnings, ...warnings, ...nameClashes(fragment)]) });
}

interface ResolvedHosts {
  readonly hosts: readonly ResolvedHost[];
  readonly mistakes: readonly Failure[];
  readonly warnings: readonly Failure[];
}

function resolveHosts(
  fragment: Fragment,
  graph: GroupGraph,
  layersOf: LayersOf,
  context: ResolveContext,
): ResolvedHosts {
  const hosts: ResolvedHost[] = [];
  const mistakes: Failure[] = [];
  const warnings: Failure[] = [];
  const conflicts = new ConflictReport(fragment);
  for (const key of fragment.hosts.keys()) {
    const name = parseHostName(key);
    const layers = layersOf(key);
    const { settings, conflicts: found } = mergeLayers(layers, { ancestors: graph.ancestors });
    conflicts.add(key, found);
    const addresses = settings.addr ?? (settings.transport === "local" ? ["localhost"] : undefined);
    const isDamaged = fragment.damaged.has(key);
    if (settings.base === undefined && !isDamaged) mistakes.push(missingBase(key, fragment));
    if (addresses === undefined && !isDamaged) mistakes.push(missingAddress(key, fragment));
    if (name === undefined || settings.base === undefined || addresses === undefined) continue;
    const groups = graph.groupsOf.get(key) ?? [];
    hosts.push(resolveHost({ name, base: settings.base, addresses, settings, layers, groups }, context));
    warnings.push(
      ...uselessUpdates(key, settings.base, fragment),
      ...uselessNixosSettings(key, settings.base, fragment),
    );
  }
  return { hosts, mistakes: [...mistakes, ...conflicts.failures()], warnings };
}

function fleetOf({ fleet }: Fragment, paths: PathBase): FleetSettings {
  const { flake = ".", signingKey, slots, leases, cache, publicKeys = [], blackouts = [], hooks = {} } = fleet;
  return {
    flake: absoluteFlake(flake, paths),
    ...(slots === undefined ? {} : { slots }),
    ...(leases === undefined ? {} : { leases }),
    ...(cache === undefined ? {} : { cache }),
    ...(signingKey === undefined ? {} : { signingKey: absolutePath(signingKey, paths) }),
    publicKeys,
    blackouts,
    hooks,
  };
}

function groupsOf(fragment: Fragment, hosts: readonly ResolvedHost[]): Map<string, ResolvedGroup> {
  const members = new Map<string, ResolvedHost["name"][]>();
  for (const host of hosts) {
    for (const group of host.groups) {
      const known = members.get(group);
      if (known === undefined) members.set(group, [host.name]);
      else known.push(host.name);
    }
  }
  const group = (name: string, children: readonly string[]): [string, ResolvedGroup] => [
    name,
    { name, hosts: members.get(name) ?? [], children, automatic: automaticGroups.includes(name) },
  ];
  return new Map([
    ...automaticGroups.map((name) => group(name, [])),
    ...[...fragment.groups].map(([name, { children = [] }]) => group(name, children)),
  ]);
}

function inOrderOfPlace(failures: readonly Failure[]): readonly Failure[] {
  return failures.toSorted(
    (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
  );
}
