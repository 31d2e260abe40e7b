/** Where a value that leaked into a configuration would lie: what the hosts' closures hold, as far as this machine has it. */
import type { HostName, StorePath } from "../../domain/ids.ts";
import { inventoryForNix } from "../../domain/inventory/for-nix.ts";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { NixBuilder } from "../../ports/nix-builder.ts";

/** Configuration is small; packages come from elsewhere and would take long to read. */
const MAX_PATH_BYTES = 1024 * 1024;

/** Builds nothing: a closure that is not in this machine's store is left out. Fails as an evaluation does. */
export async function fleetStorePaths(
  hosts: readonly HostName[],
  { builder, inventory }: { readonly builder: NixBuilder; readonly inventory: Inventory },
  signal: AbortSignal,
): Promise<Result<readonly string[]>> {
  const source = await builder.source(signal);
  if (!source.ok) return source;
  const inventoryJson = inventoryForNix(inventory);
  const evaluated = await builder.evaluate({ source: source.value, inventoryJson, hosts, signal });
  if (!evaluated.ok) return evaluated;
  const tops = [...evaluated.value.values()].flatMap((host): StorePath[] =>
    host.ok ? [host.value.description?.outPath ?? host.value.outPath] : [],
  );
  const closures = await Promise.all(tops.map((top) => builder.closure(top, signal)));
  const small = closures.flatMap((closure) =>
    closure.ok ? closure.value.filter(({ bytes }) => bytes <= MAX_PATH_BYTES).map(({ path }) => path) : [],
  );
  return ok([...new Set(small)]);
}
