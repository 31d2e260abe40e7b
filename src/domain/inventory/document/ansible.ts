/** Ansible's `--list` JSON as an inventory document of ours; every value keeps its place in the JSON. */
import { type Failure, failure } from "../../outcome/failure.ts";
import { connectionSetting, isSecretVariable } from "./ansible-variables.ts";
import { emptyMap, type Located, type LocatedEntry, type LocatedMap, positionAt, type SourceText } from "./located.ts";

/** Whether a document is Ansible's: only that has `_meta`. */
export const isAnsibleList = (root: LocatedMap): boolean => root.entries.has("_meta");

export interface ConvertedList {
  readonly root: LocatedMap;
  readonly warnings: readonly Failure[];
}

/** Groups that mean something else to us: our base groups are automatic, so Ansible's get another name, and set the base. */
const baseGroups: ReadonlyMap<string, string> = new Map(
  ["ubuntu", "debian", "nixos"].map((base) => [base, `${base}-hosts`]),
);
const notGroups: ReadonlySet<string> = new Set(["_meta", "all", "ungrouped"]);

export function fromAnsibleList(list: LocatedMap, source: SourceText): ConvertedList {
  const secrets = new Map<string, number>();
  const convert = (variables: Located | undefined): LocatedMap => settingsOf(asMap(variables), secrets);
  const groups = [...list.entries].filter(([name]) => !notGroups.has(name));
  const root = mapOf([
    ["defaults", convert(member(list.entries.get("all")?.value, "vars"))],
    ["groups", mapOf(groups.map(([name, entry]) => groupOf(name, entry.value, convert)))],
    ["hosts", mapOf(hostsOf(list, convert))],
  ]);
  return { root, warnings: secrets.size === 0 ? [] : [secretsIgnored(secrets, source)] };
}

type Convert = (variables: Located | undefined) => LocatedMap;

function groupOf(name: string, group: Located, convert: Convert): [string, LocatedMap] {
  const base = baseGroups.has(name) ? scalar(name, group.offset) : undefined;
  const hosts = group.kind === "list" ? group : member(group, "hosts");
  const children = member(group, "children");
  const entries: [string, Located][] = [
    ...(hosts === undefined ? [] : [["hosts", hosts] as [string, Located]]),
    ...(children === undefined ? [] : [["children", renamedChildren(children)] as [string, Located]]),
    ...(base === undefined ? [] : [["base", base] as [string, Located]]),
  ];
  return [baseGroups.get(name) ?? name, withEntries(convert(member(group, "vars")), entries)];
}

function renamedChildren(children: Located): Located {
  if (children.kind !== "list") return children;
  const items = children.items
    .filter((child) => child.kind !== "scalar" || child.value !== "ungrouped")
    .map((child) => {
      const renamed = child.kind === "scalar" ? baseGroups.get(String(child.value)) : undefined;
      return renamed === undefined ? child : scalar(renamed, child.offset);
    });
  return { ...children, items };
}

/** Hosts with variables, and hosts that only groups name, each with its own name as the address if it has no other. */
function hostsOf(list: LocatedMap, convert: Convert): [string, LocatedMap][] {
  const variables = asMap(member(list.entries.get("_meta")?.value, "hostvars")).entries;
  const named = new Map<string, number>([...variables].map(([name, entry]) => [name, entry.keyOffset]));
  for (const { value: group } of list.entries.values()) {
    const hosts = group.kind === "list" ? group : member(group, "hosts");
    for (const host of hosts?.kind === "list" ? hosts.items : []) {
      if (host.kind === "scalar" && !named.has(String(host.value))) named.set(String(host.value), host.offset);
    }
  }
  return [...named].map(([name, offset]) => {
    const settings = convert(variables.get(name)?.value);
    const hasAddress = settings.entries.has("addr");
    return [name, withEntries({ ...settings, offset }, hasAddress ? [] : [["addr", scalar(name, offset)]])];
  });
}

/** Connection variables become settings, `nixfleet` gives any setting, Ansible's own others are dropped, the rest is `vars`. */
function settingsOf(variables: LocatedMap, secrets: Map<string, number>): LocatedMap {
  const settings = new Map<string, LocatedEntry>();
  const vars = new Map<string, LocatedEntry>();
  for (const [name, entry] of variables.entries) {
    if (isSecretVariable(name)) secrets.set(name, entry.keyOffset);
    else if (name.startsWith("ansible_")) {
      const setting = connectionSetting(name, entry.value);
      if (setting !== undefined) settings.set(setting.key, { ...entry, value: setting.value });
    } else if (name !== "nixfleet") vars.set(name, entry);
  }
  for (const [key, entry] of asMap(variables.entries.get("nixfleet")?.value).entries) settings.set(key, entry);
  if (vars.size > 0 && !settings.has("vars")) {
    settings.set("vars", {
      keyOffset: variables.offset,
      value: { kind: "map", offset: variables.offset, entries: vars },
    });
  }
  return { kind: "map", offset: variables.offset, entries: settings };
}

function secretsIgnored(secrets: ReadonlyMap<string, number>, source: SourceText): Failure {
  const [offset = 0] = secrets.values();
  return failure(
    "inventory/ignored-setting",
    `${[...secrets.keys()].join(", ")} ${secrets.size === 1 ? "is" : "are"} not used`,
    {
      at: positionAt(source, offset),
      next: "NixFleet logs in with keys; for a password of sudo there is --ask-sudo-password",
    },
  );
}

const scalar = (value: string, offset: number): Located => ({ kind: "scalar", offset, value, written: value });

const member = (node: Located | undefined, key: string): Located | undefined =>
  node?.kind === "map" ? node.entries.get(key)?.value : undefined;

const asMap = (node: Located | undefined): LocatedMap => (node?.kind === "map" ? node : emptyMap(node?.offset ?? 0));

const mapOf = (entries: readonly (readonly [string, Located])[]): LocatedMap => withEntries(emptyMap(0), entries);

function withEntries(map: LocatedMap, added: readonly (readonly [string, Located])[]): LocatedMap {
  const entries = new Map(map.entries);
  for (const [key, value] of added) entries.set(key, { keyOffset: value.offset, value });
  return { ...map, entries };
}
