/** One host with the origin of each of its values: read anew, since the cache keeps no places. */
import type { Origins } from "../../domain/inventory/explain-host.ts";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { ProjectFiles } from "../../ports/inventory.ts";
import { openInventory, type ProjectRequest, readInventory } from "./load-project.ts";

export interface ExplainableInventory {
  readonly inventory: Inventory;
  readonly warnings: readonly Failure[];
  readonly originsOf: (host: string) => Origins;
}

export async function loadWithOrigins(
  request: ProjectRequest,
  files: ProjectFiles,
): Promise<Result<ExplainableInventory, readonly Failure[]>> {
  const opened = await openInventory(request, files);
  if (!opened.ok) return opened;
  const read = await readInventory(opened.value, files);
  if (!read.ok) return read;
  const { explainHost } = await import("../../domain/inventory/explain-host.ts");
  const { inventory, warnings, fragment } = read.value;
  return ok({ inventory, warnings, originsOf: (host) => explainHost(host, fragment) });
}
