/** The hosts that an expression of the `--limit` grammar means. */
import type { HostName } from "../ids.ts";
import type { Inventory } from "../inventory/resolved.ts";
import type { NamePattern } from "../name-pattern.ts";
import { didYouMean, nearMiss } from "../near-miss.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { type LimitAtom, type LimitTerm, parseLimit, type SlicedName } from "./limit-grammar.ts";

export interface LimitScope {
  readonly inventory: Inventory;
  /** Content of the files that `@file` names. */
  readonly files: ReadonlyMap<string, string>;
  /** Gets every mistake: names that do not exist, expressions that cannot be read. */
  readonly mistakes: Failure[];
  /** Gets globs that match nothing. */
  readonly warnings: Failure[];
}

/** The union of plain terms (all hosts when there is none), then every `&`, then every `!`, whatever their order. */
export function evaluateLimit(expression: string, scope: LimitScope): ReadonlySet<HostName> {
  const terms = parseLimit(expression);
  if (!terms.ok) {
    scope.mistakes.push(terms.error);
    return new Set();
  }
  return combine(terms.value, (atom) => hostsOfAtom(atom, scope), scope);
}

function combine(
  terms: readonly LimitTerm[],
  hostsOf: (atom: LimitAtom) => ReadonlySet<HostName>,
  scope: LimitScope,
): ReadonlySet<HostName> {
  const setsOf = (sign: LimitTerm["sign"]) =>
    terms.filter((term) => term.sign === sign).map(({ atom }) => hostsOf(atom));
  const plain = setsOf("union");
  const intersect = setsOf("intersect");
  const subtract = setsOf("subtract");
  const selected = (host: HostName): boolean =>
    (plain.length === 0 || plain.some((set) => set.has(host))) &&
    intersect.every((set) => set.has(host)) &&
    !subtract.some((set) => set.has(host));
  return new Set(scope.inventory.hosts.map((host) => host.name).filter(selected));
}

function hostsOfAtom(atom: LimitAtom, scope: LimitScope): ReadonlySet<HostName> {
  switch (atom.kind) {
    case "regex":
      return namedBy(atom.matches, scope);
    case "file":
      return hostsOfFile(atom.file, scope);
    case "name": {
      const sliced = atom.slice;
      if (sliced !== undefined && isSlice(sliced, scope)) return slice(hostsOfName(sliced.base, scope), sliced, scope);
      return hostsOfName(atom.pattern, scope);
    }
  }
}

/** Hosts of that name, and hosts of groups of that name. */
function namedBy(matches: (name: string) => boolean, { inventory }: LimitScope): ReadonlySet<HostName> {
  const result = new Set<HostName>();
  for (const group of inventory.groups.values()) {
    if (matches(group.name)) for (const host of group.hosts) result.add(host);
  }
  for (const host of inventory.hosts) if (matches(host.name)) result.add(host.name);
  return result;
}

function hostsOfName(pattern: NamePattern, scope: LimitScope): ReadonlySet<HostName> {
  const found = namedBy(pattern.text === "*" ? () => true : (name) => pattern.matches(name), scope);
  if (found.size > 0) return found;
  if (!pattern.exact) scope.warnings.push(matchesNothing(pattern.text, allNames(scope.inventory)));
  else if (!scope.inventory.groups.has(pattern.text)) scope.mistakes.push(unknownName(pattern.text, scope.inventory));
  return found;
}

const allNames = ({ groups, hosts }: Inventory): string[] => [...groups.keys(), ...hosts.map((host) => host.name)];

/** Suggests the same glob behind the beginning of a name that is nearly the same. */
export function matchesNothing(pattern: string, names: readonly string[]): Failure {
  const stem = /^[^*?[{]*/.exec(pattern)?.[0] ?? "";
  const near = nearMiss(stem, new Set(names.map((name) => name.slice(0, stem.length))));
  return failure("inventory/glob-matches-nothing", `the pattern "${pattern}" matches no host`, {
    ...(near === undefined || stem === "" ? {} : { next: `did you mean ${near}${pattern.slice(stem.length)}?` }),
  });
}

function unknownName(name: string, inventory: Inventory): Failure {
  return failure("inventory/unknown-host", `no host and no group is named "${name}"`, {
    next: didYouMean(name, allNames(inventory)) ?? "nixfleet inventory list shows all hosts and groups",
  });
}

function isSlice({ base }: SlicedName, { inventory }: LimitScope): boolean {
  return !base.exact || inventory.groups.has(base.text);
}

function slice(hosts: ReadonlySet<HostName>, { from, to }: SlicedName, { inventory }: LimitScope): Set<HostName> {
  const ordered = inventory.hosts.filter((host) => hosts.has(host.name)).map((host) => host.name);
  const start = from < 0 ? ordered.length + from : from;
  const end = to === undefined ? ordered.length - 1 : to < 0 ? ordered.length + to : to;
  return new Set(ordered.slice(Math.max(0, start), Math.max(0, end + 1)));
}

/** Every line is an expression; all of them together make one. Empty lines and lines with `#` are left out. */
function hostsOfFile(file: string, scope: LimitScope): ReadonlySet<HostName> {
  const terms: LimitTerm[] = [];
  for (const [index, line] of (scope.files.get(file) ?? "").split(/\r?\n/).entries()) {
    const text = line.replace(/(^|\s)#.*/, "").trim();
    if (text === "") continue;
    const at = { file, line: index + 1, column: line.indexOf(text) + 1, excerpt: line };
    const parsed = parseLimit(text);
    if (!parsed.ok) scope.mistakes.push({ ...parsed.error, at });
    else if (parsed.value.some(({ atom }) => atom.kind === "file")) scope.mistakes.push(nestedFile(text, at));
    else terms.push(...parsed.value);
  }
  return terms.length === 0 ? new Set() : combine(terms, (atom) => hostsOfAtom(atom, scope), scope);
}

const nestedFile = (text: string, at: NonNullable<Failure["at"]>): Failure =>
  failure("inventory/bad-pattern", `the host pattern "${text}" cannot be read: a file cannot name another`, { at });
