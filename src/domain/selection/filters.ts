/** One filter for each flag that was given. */
import type { ResolvedHost } from "../inventory/resolved.ts";
import { type NamePattern, namePattern } from "../name-pattern.ts";
import { didYouMean } from "../near-miss.ts";
import { failure } from "../outcome/failure.ts";
import type { FailureCode } from "../outcome/failure-codes/index.ts";
import { evaluateLimit, type LimitScope, matchesNothing } from "./evaluate-limit.ts";
import type { SelectionMaterial, SelectionRequest } from "./request.ts";

export interface HostFilter {
  /** As the user typed it, such as "--tag eu --tag us". */
  readonly text: string;
  /** Why this host passes, or nothing when it does not. */
  reason(host: ResolvedHost): string | undefined;
}

export function filtersOf(request: SelectionRequest, material: SelectionMaterial, scope: LimitScope): HostFilter[] {
  const { inventory } = scope;
  const tags = new Set(inventory.hosts.flatMap((host) => host.tags));
  const roles = new Set(inventory.hosts.flatMap((host) => host.roles));
  const hosts = inventory.hosts.map((host) => host.name);
  return [
    ...limitFilter(request.patterns, "", scope),
    ...nameFilter({ noun: "host", typed: request.hosts, known: hosts, of: (host) => [host.name] }, scope),
    ...nameFilter({ noun: "group", typed: request.groups, known: inventory.groups.keys(), of: groupsOf }, scope),
    ...nameFilter({ noun: "tag", typed: request.tags, known: tags, of: (host) => host.tags }, scope),
    ...nameFilter({ noun: "role", typed: request.roles, known: roles, of: (host) => host.roles }, scope),
    ...limitFilter(request.limit, "--limit ", scope),
    ...rerunFilter(material),
  ];
}

const groupsOf = (host: ResolvedHost): readonly string[] => host.groups;

interface NameFlag {
  readonly noun: "host" | "group" | "tag" | "role";
  readonly typed: readonly string[];
  readonly known: Iterable<string>;
  readonly of: (host: ResolvedHost) => readonly string[];
}

function nameFilter({ noun, typed, known, of }: NameFlag, scope: LimitScope): HostFilter[] {
  if (typed.length === 0) return [];
  const names = [...known];
  const patterns = typed.map(namePattern);
  for (const pattern of patterns) checkKnown(pattern, noun, names, scope);
  const reason = (host: ResolvedHost): string | undefined => {
    for (const pattern of patterns) {
      const name = of(host).find((candidate) => pattern.matches(candidate));
      if (name !== undefined) return pattern.exact ? `--${noun} ${name}` : `--${noun} ${pattern.text} (${name})`;
    }
    return undefined;
  };
  return [{ text: typed.map((text) => `--${noun} ${text}`).join(" "), reason }];
}

const unknownCodes = {
  host: "inventory/unknown-host",
  group: "inventory/unknown-group",
  tag: "inventory/unknown-tag",
  role: "inventory/unknown-role",
} as const satisfies Record<NameFlag["noun"], FailureCode>;

function checkKnown(pattern: NamePattern, noun: NameFlag["noun"], names: readonly string[], scope: LimitScope): void {
  if (names.some((name) => pattern.matches(name))) return;
  if (!pattern.exact) {
    scope.warnings.push(matchesNothing(pattern.text, names));
    return;
  }
  const what = noun === "host" || noun === "group" ? `no ${noun} is named` : `no host has the ${noun}`;
  scope.mistakes.push(
    failure(unknownCodes[noun], `${what} "${pattern.text}"`, {
      next: didYouMean(pattern.text, names) ?? "nixfleet inventory list shows all hosts, groups, roles and tags",
    }),
  );
}

function limitFilter(expressions: readonly string[], flag: string, scope: LimitScope): HostFilter[] {
  if (expressions.length === 0) return [];
  const sets = expressions.map((text) => ({ text, hosts: evaluateLimit(text, scope) }));
  const reason = (host: ResolvedHost): string | undefined => {
    const set = sets.find(({ hosts }) => hosts.has(host.name));
    return set === undefined ? undefined : `${flag === "" ? "pattern " : flag}${set.text}`;
  };
  return [{ text: expressions.map((text) => `${flag}${text}`).join(" "), reason }];
}

function rerunFilter({ rerun }: SelectionMaterial): HostFilter[] {
  if (rerun === undefined) return [];
  const hosts = new Set(rerun.hosts);
  const because = `${rerun.which === "failed" ? "failed" : "was not started"} in run ${rerun.run}`;
  const reason = (host: ResolvedHost) => (hosts.has(host.name) ? because : undefined);
  return [{ text: `--rerun ${rerun.which} --run ${rerun.run}`, reason }];
}
