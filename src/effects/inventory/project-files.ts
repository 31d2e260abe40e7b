/** The project's folder on this machine. */
import { access, constants, readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { FleetFiles, InventoryFile, ProjectFiles } from "../../ports/inventory.ts";
import { findProjectRoot } from "./project-root.ts";
import { runInventoryScript } from "./script.ts";

export function projectFiles(home: string): ProjectFiles {
  return {
    findRoot: (from, named) => findProjectRoot({ from, named, home }),
    inventories: inventoriesIn,
    inventoryAt,
    read: (file) => (file.kind === "executable" ? runInventoryScript(file.path) : readText(file.path)),
    fleetFiles,
    readHostList: readText,
  };
}

/** Those that can be told from other files by their ending or their executable bit, sorted by name. */
export async function inventoriesIn(root: string): Promise<readonly InventoryFile[]> {
  const folder = join(root, "inventory");
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.filter((name) => !/^\.|~$/.test(name)).map((name) => inventoryAt(join(folder, name))),
  );
  return files
    .filter((file): file is InventoryFile => file !== undefined && isCandidate(file))
    .toSorted((a, b) => compare(a.path, b.path));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A folder of inventories may hold notes too: only endings of ours and programs count there. */
const isCandidate = (file: InventoryFile): boolean => file.kind !== "yaml" || /\.ya?ml$/.test(file.path);

async function inventoryAt(path: string): Promise<InventoryFile | undefined> {
  const file = resolve(path);
  const info = await stat(file).catch(() => undefined);
  // A pipe such as /dev/stdin or <(…) is as good as a file.
  if (info === undefined || info.isDirectory()) return undefined;
  return { path: file, name: basename(file, extname(file)), kind: await kindOf(file) };
}

async function kindOf(file: string): Promise<InventoryFile["kind"]> {
  if (/\.ya?ml$/.test(file)) return "yaml";
  if (file.endsWith(".json")) return "json";
  const isExecutable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
  return isExecutable ? "executable" : "yaml";
}

async function readText(path: string): Promise<Result<string>> {
  try {
    const bytes = await readFile(path);
    return ok(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return err(unreadable(path, error));
  }
}

function unreadable(path: string, error: unknown): Failure {
  if (error instanceof TypeError) {
    return failure("inventory/unreadable", `${path} is not UTF-8 text`, { next: "save it as UTF-8" });
  }
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "it does not exist",
    EACCES: "you may not read it",
    EISDIR: "it is a folder",
  };
  return failure("inventory/unreadable", `${path} cannot be read: ${reasons[code ?? ""] ?? message}`);
}

async function fleetFiles(folder: string): Promise<FleetFiles> {
  const [hosts, modules] = await Promise.all([nixNames(join(folder, "hosts")), nixNames(join(folder, "modules"))]);
  return { hosts, modules };
}

/** `<name>.nix`, and folders with a default.nix. */
async function nixNames(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = await Promise.all(
    entries.map(async (entry) => {
      if (entry.name.endsWith(".nix")) return entry.name.slice(0, -".nix".length);
      if (entry.isFile()) return undefined;
      const inside = await stat(join(folder, entry.name, "default.nix")).catch(() => undefined);
      return inside === undefined ? undefined : entry.name;
    }),
  );
  return names.filter((name) => name !== undefined).sort(compare);
}
