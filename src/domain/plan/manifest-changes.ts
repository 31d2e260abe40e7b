/** What two manifests say differently about packages, accounts and directories. */
import { canonicalJson } from "../canonical-json.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { AccountChange, DirectoryChange, PackageChange } from "./plan.ts";

export interface ManifestChanges {
  readonly packages: readonly PackageChange[];
  readonly users: readonly AccountChange[];
  readonly directories: readonly DirectoryChange[];
}

/** Null stands for the empty manifest. All lists are sorted by name. */
export function manifestChanges(from: Manifest | null, to: Manifest | null): ManifestChanges {
  return {
    packages: packageChanges(from?.packages ?? [], to?.packages ?? []),
    users: [
      ...accountChanges("group", from?.groups ?? [], to?.groups ?? []),
      ...accountChanges("user", from?.users ?? [], to?.users ?? []),
    ],
    directories: directoryChanges(from?.directories ?? [], to?.directories ?? []),
  };
}

type Packages = Manifest["packages"];

function packageChanges(from: Packages, to: Packages): PackageChange[] {
  return names(from, to).flatMap((name) => {
    const old = from.filter((entry) => entry.name === name);
    const next = to.filter((entry) => entry.name === name);
    if (canonicalJson(paths(old)) === canonicalJson(paths(next))) return [];
    return [{ name, from: versions(old), to: versions(next) }];
  });
}

const paths = (packages: Packages): string[] => packages.map((entry) => entry.path).sort();

const versions = (packages: Packages): string | null =>
  packages.length === 0 ? null : [...new Set(packages.map((entry) => entry.version))].sort().join(", ");

type Account = Manifest["users"][number] | Manifest["groups"][number];

function accountChanges(
  kind: AccountChange["kind"],
  from: readonly Account[],
  to: readonly Account[],
): AccountChange[] {
  return names(from, to).flatMap((name): AccountChange[] => {
    const old = from.find((entry) => entry.name === name);
    const next = to.find((entry) => entry.name === name);
    if (old === undefined) return [{ name, kind, change: "add" }];
    if (next === undefined) return [{ name, kind, change: "remove" }];
    const because = differences(old, next);
    return because === "" ? [] : [{ name, kind, change: "modify", because }];
  });
}

function differences(old: object, next: object): string {
  const before = new Map(Object.entries(old));
  return Object.entries(next)
    .filter(([key, value]) => canonicalJson(value) !== canonicalJson(before.get(key)))
    .map(([key, value]) => `${key} ${inWords(before.get(key))} -> ${inWords(value)}`)
    .sort()
    .join(", ");
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(" ");
  if (value === null || value === undefined || value === "") return "none";
  return String(value);
}

type Directories = Manifest["directories"];

function directoryChanges(from: Directories, to: Directories): DirectoryChange[] {
  const before = new Map(from.map((entry) => [entry.path, `${entry.mode} ${entry.owner} ${entry.group}`]));
  const after = new Map(to.map((entry) => [entry.path, `${entry.mode} ${entry.owner} ${entry.group}`]));
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((path): DirectoryChange[] => {
    const old = before.get(path);
    const next = after.get(path);
    if (old === undefined) return [{ path, change: "add" }];
    if (next === undefined) return [{ path, change: "remove" }];
    return old === next ? [] : [{ path, change: "modify", mode: { from: old, to: next } }];
  });
}

const names = (from: readonly { name: string }[], to: readonly { name: string }[]): string[] =>
  [...new Set([...from, ...to].map((entry) => entry.name))].sort();
