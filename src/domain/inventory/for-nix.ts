/** What evaluation may know of the inventory: nothing about how to log in, nothing secret. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../canonical-json.ts";
import { isRestricted } from "./access.ts";
import type { Inventory, ResolvedHost } from "./resolved.ts";
import { signedCommands } from "./signed-commands.ts";

type Evaluated = Pick<Inventory, "environment" | "hosts" | "groups" | "tasks">;

/**
 * `inventory.json` of backends/contract/evaluation.md, as canonical JSON: equal inventories are equal files. Only what the
 * contract lists is in it, so that a changed user or rollout costs no new evaluation.
 */
export function inventoryForNix({ environment, hosts, groups, tasks }: Evaluated): string {
  return canonicalJson({
    environment,
    hosts: hosts.map((host) => ({
      ...hostForNix(host),
      ...(isRestricted(host) ? { signed: signedCommands(host, hosts, tasks) } : {}),
    })),
    groups: Object.fromEntries(
      [...groups].map(([name, group]) => [name, { hosts: group.hosts, children: group.children }]),
    ),
  });
}

/** sha256 over that text, in hex. */
export const inventoryDigest = (inventory: Evaluated): string =>
  createHash("sha256").update(inventoryForNix(inventory)).digest("hex");

function hostForNix(host: ResolvedHost) {
  const { name, base, system, addresses, port, roles, tags, groups, osUpdates, vars, flakeAttr, specialisation } = host;
  return { name, base, system, addresses, port, roles, tags, groups, osUpdates, vars, flakeAttr, specialisation };
}
