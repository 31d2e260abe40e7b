/** Which inventory is meant: the one that was named, or the only one. */
import { resolve } from "node:path";
import { didYouMean } from "../../domain/near-miss.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { InventoryFile, ProjectFiles } from "../../ports/inventory.ts";

export interface InventoryChoice {
  readonly root: string;
  readonly cwd: string;
  /** As given with -i: the name of an environment, or a path. */
  readonly named: string | undefined;
}

export async function chooseInventory(choice: InventoryChoice, files: ProjectFiles): Promise<Result<InventoryFile>> {
  const { root, cwd, named } = choice;
  if (named !== undefined && isPath(named)) {
    const file = await files.inventoryAt(resolve(cwd, named));
    return file === undefined ? err(noSuchPath(named)) : ok(file);
  }
  const all = await files.inventories(root);
  const candidates = named === undefined ? all : all.filter((file) => file.name === named);
  const [only, second] = candidates;
  if (only === undefined) return err(named === undefined ? noInventory(root) : noSuchName(named, all, root));
  return second === undefined ? ok(only) : err(severalInventories(named, candidates, root));
}

/** Names have neither a slash nor an ending. */
export const isPath = (named: string): boolean => /\/|\.(ya?ml|json)$/.test(named);

const noSuchPath = (path: string): Failure =>
  failure("inventory/not-found", `there is no inventory file ${path}`, { next: "check the path given with -i" });

const noInventory = (root: string): Failure =>
  failure("inventory/not-found", `the project ${root} has no inventory`, {
    expected: "a file such as inventory/prod.yaml",
    next: "write one, or name another file with -i PATH",
  });

function noSuchName(name: string, all: readonly InventoryFile[], root: string): Failure {
  const names = all.map((file) => file.name);
  const known = names.length === 0 ? "no inventory at all" : names.join(", ");
  return failure("inventory/not-found", `no inventory is named "${name}" in ${root}/inventory`, {
    found: known,
    next: didYouMean(name, names) ?? "name one of them, or give a path",
  });
}

function severalInventories(named: string | undefined, files: readonly InventoryFile[], root: string): Failure {
  const paths = files.map(({ path }) => (path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path));
  const what = named === undefined ? "the project has several inventories" : `several inventories are named "${named}"`;
  return failure("inventory/several", what, {
    found: paths.join(", "),
    next: `choose one, for example -i ${named === undefined ? files[0]?.name : paths[0]}`,
  });
}
