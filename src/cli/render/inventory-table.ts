/** Hosts of an inventory in columns. */
import type { Inventory, ResolvedHost } from "../../domain/inventory/resolved.ts";
import type { Selection } from "../../domain/selection/request.ts";
import { type Cell, count, table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** One line a host, and a line about the whole. Ends with a newline. */
export function renderInventory(inventory: Inventory, style: Style): string {
  const head = heading(["HOST", "BASE", "ADDRESS", "GROUPS", "ROLES", "TAGS"], style);
  const rows = inventory.hosts.map((host) => [
    ...identity(host, style),
    { text: names(ownGroups(host, inventory)) },
    { text: names(host.roles) },
    { text: names(host.tags) },
  ]);
  const groups = [...inventory.groups.values()].filter((group) => !group.automatic).length;
  const closing = `${count(inventory.hosts.length, "host")}, ${count(groups, "group")}   ${printable(inventory.environment)} (${printable(inventory.file)})`;
  return lines([...table([head, ...rows]), "", style.dim(closing)]);
}

/** One line a selected host with the reasons, and a line about those that were left out. Ends with a newline. */
export function renderSelection({ hosts, excluded }: Selection, inventory: Inventory, style: Style): string {
  const head = heading(["HOST", "BASE", "ADDRESS", "BECAUSE"], style);
  const rows = hosts.map(({ host, because }) => [
    ...identity(host, style),
    { text: printable(because.join("; ")), paint: style.dim },
  ]);
  const left = excluded.map(({ name, because }) => `${style.dim("left out")} ${printable(`${name}: ${because}`)}`);
  const closing = style.dim(`${hosts.length} of ${count(inventory.hosts.length, "host")}`);
  return lines([...table([head, ...rows]), "", ...left, closing]);
}

/** The user's groups of a host; the automatic ones say nothing new. */
const ownGroups = (host: ResolvedHost, { groups }: Inventory): readonly string[] =>
  host.groups.filter((group) => groups.get(group)?.automatic === false);

const identity = (host: ResolvedHost, style: Style): Cell[] => [
  { text: printable(host.name), paint: style.name },
  { text: host.base },
  { text: names(host.addresses) },
];

const heading = (titles: readonly string[], style: Style): Cell[] => titles.map((text) => ({ text, paint: style.dim }));

const names = (list: readonly string[]): string => (list.length === 0 ? "-" : printable(list.join(",")));

const lines = (text: readonly string[]): string => `${text.join("\n")}\n`;
