/** Groups as a graph: who is in which, and which group comes before which. */

import { namePattern } from "../name-pattern.ts";
import { didYouMean } from "../near-miss.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { keyOffset, type Path, positionAt, valueOffset } from "./document/located.ts";
import type { Fragment } from "./fragment.ts";
import { bases } from "./schema/host-settings.ts";

export interface GroupGraph {
  /** Parents before children, else in the order of the file. */
  readonly order: readonly string[];
  /** All groups above a group. */
  readonly ancestors: ReadonlyMap<string, ReadonlySet<string>>;
  /** The user's groups that a host is in, directly or through children, in the order above. */
  readonly groupsOf: ReadonlyMap<string, readonly string[]>;
  readonly mistakes: readonly Failure[];
  readonly warnings: readonly Failure[];
}

export const automaticGroups: readonly string[] = ["all", ...bases];

export function buildGroupGraph(fragment: Fragment): GroupGraph {
  const mistakes: Failure[] = [];
  const warnings: Failure[] = [];
  const children = childrenOf(fragment, mistakes);
  const order = parentsFirst(children, (cycle) => mistakes.push(cycleFailure(cycle, fragment)));
  const ancestors = ancestorsOf(order, children);
  const members = directMembers(fragment, mistakes, warnings);
  return { order, ancestors, groupsOf: groupsOfHosts({ order, ancestors, members }), mistakes, warnings };
}

type Children = Map<string, readonly string[]>;

function childrenOf(fragment: Fragment, mistakes: Failure[]): Children {
  const known = [...fragment.groups.keys()];
  const result: Children = new Map();
  for (const [name, group] of fragment.groups) {
    if (automaticGroups.includes(name)) mistakes.push(reservedGroup(name, fragment));
    for (const [index, child] of (group.children ?? []).entries()) {
      if (!fragment.groups.has(child))
        mistakes.push(unknownChild(child, known, at(fragment, ["groups", name, "children", index])));
    }
    result.set(
      name,
      (group.children ?? []).filter((child) => fragment.groups.has(child)),
    );
  }
  return result;
}

/** Edges that would close a circle are reported and dropped. */
function parentsFirst(children: Children, onCycle: (cycle: readonly string[]) => void): string[] {
  const finished = new Set<string>();
  const trail: string[] = [];
  const reversed: string[] = [];
  const visit = (group: string): void => {
    trail.push(group);
    const kept = (children.get(group) ?? []).filter((child) => {
      const start = trail.indexOf(child);
      if (start !== -1) onCycle([...trail.slice(start), child]);
      return start === -1;
    });
    children.set(group, kept);
    for (const child of kept.toReversed()) if (!finished.has(child)) visit(child);
    trail.pop();
    finished.add(group);
    reversed.push(group);
  };
  for (const group of [...children.keys()].toReversed()) if (!finished.has(group)) visit(group);
  return reversed.toReversed();
}

function ancestorsOf(order: readonly string[], children: Children): Map<string, Set<string>> {
  const ancestors = new Map(order.map((group) => [group, new Set<string>()]));
  for (const group of order) {
    for (const child of children.get(group) ?? []) {
      const above = ancestors.get(child);
      above?.add(group);
      for (const ancestor of ancestors.get(group) ?? []) above?.add(ancestor);
    }
  }
  return ancestors;
}

function directMembers(fragment: Fragment, mistakes: Failure[], warnings: Failure[]): Map<string, ReadonlySet<string>> {
  const hosts = [...fragment.hosts.keys()];
  const result = new Map<string, ReadonlySet<string>>();
  for (const [name, group] of fragment.groups) {
    const members = new Set<string>();
    for (const [index, text] of (group.hosts ?? []).entries()) {
      const place = (): Place => at(fragment, ["groups", name, "hosts", index]);
      const pattern = namePattern(text);
      if (pattern.exact) {
        if (fragment.hosts.has(text)) members.add(text);
        else mistakes.push(unknownMember(text, name, hosts, place()));
        continue;
      }
      const found = hosts.filter((host) => pattern.matches(host));
      if (found.length === 0) warnings.push(emptyGlob(text, name, place()));
      for (const host of found) members.add(host);
    }
    result.set(name, members);
  }
  return result;
}

function groupsOfHosts({
  order,
  ancestors,
  members,
}: Pick<GroupGraph, "order" | "ancestors"> & { members: ReadonlyMap<string, ReadonlySet<string>> }) {
  const groups = new Map<string, Set<string>>();
  for (const [group, hosts] of members) {
    for (const host of hosts) {
      const own = groups.get(host) ?? new Set();
      own.add(group);
      for (const ancestor of ancestors.get(group) ?? []) own.add(ancestor);
      groups.set(host, own);
    }
  }
  const rank = new Map(order.map((group, index) => [group, index]));
  const byRank = (a: string, b: string): number => (rank.get(a) ?? 0) - (rank.get(b) ?? 0);
  return new Map([...groups].map(([host, own]) => [host, [...own].sort(byRank)]));
}

type Place = NonNullable<Failure["at"]>;

const at = ({ source, root }: Fragment, path: Path): Place => positionAt(source, valueOffset(root, path));

function reservedGroup(name: string, { source, root }: Fragment): Failure {
  return failure("inventory/reserved-group", `${name} is an automatic group and cannot be defined`, {
    at: positionAt(source, keyOffset(root, ["groups", name])),
    next: name === "all" ? "settings for all hosts go below defaults" : `rename it, for example to ${name}-hosts`,
  });
}

function unknownChild(child: string, known: readonly string[], place: Place): Failure {
  if (automaticGroups.includes(child)) {
    return failure("inventory/unknown-group", `the automatic group ${child} cannot be a child`, {
      at: place,
      next: "list the hosts, for example by a glob",
    });
  }
  return failure("inventory/unknown-group", `no group is named "${child}"`, {
    at: place,
    next: didYouMean(child, known) ?? "add it below groups",
  });
}

const unknownMember = (host: string, group: string, hosts: readonly string[], place: Place): Failure =>
  failure("inventory/unknown-host", `group ${group} has a host "${host}" that does not exist`, {
    at: place,
    next: didYouMean(host, hosts) ?? "add it below hosts",
  });

const emptyGlob = (glob: string, group: string, place: Place): Failure =>
  failure("inventory/glob-matches-nothing", `"${glob}" of group ${group} matches no host`, { at: place });

function cycleFailure(cycle: readonly string[], fragment: Fragment): Failure {
  const [from = "", to = ""] = cycle.slice(-2);
  const index = fragment.groups.get(from)?.children?.indexOf(to) ?? 0;
  return failure("inventory/group-cycle", `groups are children of each other: ${cycle.join(" -> ")}`, {
    at: at(fragment, ["groups", from, "children", index]),
    next: `take ${to} out of the children of ${from}`,
  });
}
