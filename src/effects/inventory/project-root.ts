/** Finds the folder of the project. */
import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { inventoriesIn } from "./project-files.ts";

export interface RootSearch {
  /** Folder where the search starts, absolute. */
  readonly from: string;
  /** The folder that the user named, relative to `from`; then there is no search. */
  readonly named: string | undefined;
  readonly home: string;
}

/** A project has a flake.nix or an inventory. The search goes up and ends at the git root, the home folder, or `/`. */
export async function findProjectRoot({ from, named, home }: RootSearch): Promise<Result<string>> {
  if (named !== undefined) return namedRoot(resolve(from, named));
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (await isProject(folder)) return ok(folder);
    if (folder === home || folder === dirname(folder) || (await exists(join(folder, ".git")))) break;
  }
  return err(
    failure("inventory/no-project", `${from} is in no project`, {
      expected: "a flake.nix or an inventory/ here or in a folder above, up to the git root",
      next: "change into the project, or name it with -C DIR; nixfleet init makes a new one",
    }),
  );
}

async function namedRoot(folder: string): Promise<Result<string>> {
  const info = await stat(folder).catch(() => undefined);
  if (info?.isDirectory() === true) return ok(folder);
  const what = info === undefined ? "does not exist" : "is not a folder";
  return err(failure("inventory/no-project", `the project folder ${folder} ${what}`, { next: "check -C" }));
}

// A folder that only happens to be called inventory, such as one of source code, is none.
const isProject = async (folder: string): Promise<boolean> =>
  (await exists(join(folder, "flake.nix"))) || (await inventoriesIn(folder)).length > 0;

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
