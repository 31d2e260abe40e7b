/** Fetches what a selection needs from outside, then selects. */
import { resolve } from "node:path";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { err, type Result } from "../../domain/outcome/result.ts";
import { filesOf } from "../../domain/selection/limit-grammar.ts";
import type { RerunHosts, RerunRequest, Selection, SelectionRequest } from "../../domain/selection/request.ts";
import { select } from "../../domain/selection/select.ts";
import type { ProjectFiles } from "../../ports/inventory.ts";

export interface SelectionPorts {
  readonly files: Pick<ProjectFiles, "readHostList">;
  /** Finds the hosts that `--rerun` means, in the journal of runs. */
  readonly rerunHosts: (request: RerunRequest) => Promise<Result<RerunHosts>>;
}

/** `cwd` is what files given as `@file` are relative to. */
export async function selectHosts(
  inventory: Inventory,
  request: SelectionRequest,
  { cwd, ports }: { readonly cwd: string; readonly ports: SelectionPorts },
): Promise<Result<Selection, readonly Failure[]>> {
  const files = new Map<string, string>();
  const failures: Failure[] = [];
  for (const name of new Set([...request.patterns, ...request.limit, ...request.exclude].flatMap(filesOf))) {
    const text = await ports.files.readHostList(resolve(cwd, name));
    if (text.ok) files.set(name, text.value);
    else failures.push(text.error);
  }
  const rerun = request.rerun === undefined ? undefined : await ports.rerunHosts(request.rerun);
  if (rerun?.ok === false) failures.push(rerun.error);
  if (failures.length > 0) return err(failures);
  return select(inventory, request, { files, ...(rerun?.ok === true ? { rerun: rerun.value } : {}) });
}
