/** Inventories from text, without files around them. */
import { parseInventory } from "../../src/domain/inventory/parse.ts";
import { type ResolveContext, resolveInventory } from "../../src/domain/inventory/resolve.ts";
import type { Inventory } from "../../src/domain/inventory/resolved.ts";
import type { Failure } from "../../src/domain/outcome/failure.ts";

const context: ResolveContext = { root: "/fleet", home: "/home/ann", environment: "prod", files: undefined };

export interface ReadOptions extends Partial<ResolveContext> {
  readonly form?: "yaml" | "json";
}

/** Everything that comes of a text: an inventory and warnings, or failures. */
export function readInventoryText(text: string, { form = "yaml", ...more }: ReadOptions = {}) {
  const { fragment, warnings } = parseInventory({ file: `prod.${form}`, text }, form);
  const resolved = resolveInventory(fragment, { ...context, ...more });
  const none: readonly Failure[] = [];
  return resolved.ok
    ? {
        inventory: resolved.value.inventory,
        warnings: [...warnings, ...resolved.value.warnings],
        failures: none,
        fragment,
      }
    : { inventory: undefined, warnings, failures: resolved.error, fragment };
}

/** An inventory that has to be right. */
export function inventoryOf(text: string, options: ReadOptions = {}): Inventory {
  const { inventory, failures } = readInventoryText(text, options);
  if (inventory === undefined) throw new Error(failures.map((failure) => failure.what).join("\n"));
  return inventory;
}

export function hostOf(inventory: Inventory, name: string) {
  const host = inventory.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) throw new Error(`no host ${name}`);
  return host;
}
