/** From where the user stands to a checked inventory: find the project, choose the inventory, read it or take it from the cache. */
import { createHash } from "node:crypto";
import { dirname, relative } from "node:path";
import { absoluteFlake, flakeFolder } from "../../domain/inventory/absolute-path.ts";
import { cacheKey, decodeCached, encodeCached } from "../../domain/inventory/cached.ts";
import type { ParsedInventory } from "../../domain/inventory/parse.ts";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { FleetFiles, InventoryCache, InventoryFile, ProjectFiles } from "../../ports/inventory.ts";
import { chooseInventory, isPath } from "./choose-inventory.ts";

export interface ProjectRequest {
  readonly cwd: string;
  readonly home: string;
  /** Folder given with -C. */
  readonly project?: string;
  /** Name or path given with -i. */
  readonly inventory?: string;
}

export interface ProjectPorts {
  readonly files: ProjectFiles;
  readonly cache: InventoryCache;
}

export interface LoadedProject {
  /** The project's folder, absolute. */
  readonly root: string;
  readonly inventory: Inventory;
  /** To be shown, and no reason to stop. */
  readonly warnings: readonly Failure[];
}

/** What every verb starts with. Fails with all mistakes of the inventory at once. */
export async function loadProject(
  request: ProjectRequest,
  ports: ProjectPorts,
): Promise<Result<LoadedProject, readonly Failure[]>> {
  const opened = await openInventory(request, ports.files);
  if (!opened.ok) return opened;
  const { root } = opened.value;
  const key = cacheKey(keyInputs(opened.value));
  const cached = decodeCached((await ports.cache.get(key)) ?? "");
  if (
    cached !== undefined &&
    cached.filesDigest === (await filesOf(cached.inventory.fleet.flake, ports.files)).digest
  ) {
    return ok({ root, inventory: cached.inventory, warnings: cached.warnings });
  }
  const read = await readInventory(opened.value, ports.files);
  if (!read.ok) return read;
  const { inventory, warnings, filesDigest } = read.value;
  await ports.cache.put(key, encodeCached({ inventory, warnings, filesDigest }));
  return ok({ root, inventory, warnings });
}

export interface OpenedInventory {
  readonly root: string;
  readonly home: string;
  readonly file: InventoryFile;
  /** The file as the user knows it: relative to where they stand, when it lies below. */
  readonly shown: string;
  readonly text: string;
}

export async function openInventory(
  request: ProjectRequest,
  files: ProjectFiles,
): Promise<Result<OpenedInventory, readonly Failure[]>> {
  const { cwd, home, inventory: named } = request;
  const root = await findRoot(request, files);
  if (!root.ok) return err([root.error]);
  const file = await chooseInventory({ root: root.value, cwd, named }, files);
  if (!file.ok) return err([file.error]);
  const text = await files.read(file.value);
  if (!text.ok) return err([text.error]);
  return ok({ root: root.value, home, file: file.value, shown: shownPath(cwd, file.value.path), text: text.value });
}

/** An inventory given by path may be used from anywhere: then the project is the one that it lies in, or its own folder. */
async function findRoot({ cwd, project, inventory }: ProjectRequest, files: ProjectFiles): Promise<Result<string>> {
  const root = await files.findRoot(cwd, project);
  if (root.ok || project !== undefined || inventory === undefined || !isPath(inventory)) return root;
  const file = await files.inventoryAt(inventory.startsWith("/") ? inventory : `${cwd}/${inventory}`);
  if (file === undefined) return root;
  const folder = dirname(file.path);
  const around = await files.findRoot(folder, undefined);
  return around.ok ? around : ok(folder);
}

function shownPath(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short === "" || short.startsWith("..") ? path : short;
}

const keyInputs = ({ root, home, file, shown, text }: OpenedInventory): readonly string[] => [
  root,
  home,
  file.name,
  file.kind,
  shown,
  text,
];

/** Reads and resolves without the cache; the first stage comes along for those who ask where values come from. */
export async function readInventory(opened: OpenedInventory, files: ProjectFiles) {
  // The YAML reader and the validator are needed only when the cache does not know the answer.
  const { parseInventory } = await import("../../domain/inventory/parse.ts");
  const { resolveInventory } = await import("../../domain/inventory/resolve.ts");
  const { root, home, file, shown, text } = opened;
  const parsed: ParsedInventory = parseInventory({ file: shown, text }, file.kind === "yaml" ? "yaml" : "json");
  const flake = absoluteFlake(parsed.fragment.fleet.flake ?? ".", { root, home });
  const found = await filesOf(flake, files);
  const resolved = resolveInventory(parsed.fragment, { root, home, environment: file.name, files: found.known });
  if (!resolved.ok) return resolved;
  const warnings = [...parsed.warnings, ...resolved.value.warnings];
  return ok({ inventory: resolved.value.inventory, warnings, filesDigest: found.digest, fragment: parsed.fragment });
}

/** The files of a flake's folder with a digest over their names; a remote flake has none that could be checked. */
async function filesOf(flake: string, files: ProjectFiles) {
  const folder = flakeFolder(flake);
  if (folder === undefined) return { known: undefined, digest: "remote" };
  const names: FleetFiles = await files.fleetFiles(folder);
  const digest = createHash("sha256")
    .update(JSON.stringify([folder, names]))
    .digest("hex");
  return { known: { folder, hosts: new Set(names.hosts), modules: new Set(names.modules) }, digest };
}
