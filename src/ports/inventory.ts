/** Where inventories come from: the project's folder, inventory files and executables, and the cache of parsed ones. */
import type { Result } from "../domain/outcome/result.ts";

export interface ProjectFiles {
  /** The nearest folder with a project, from `from` up to the git root or the home folder; a defined `named` is checked only. */
  findRoot(from: string, named: string | undefined): Promise<Result<string>>;
  /** The inventories below `<root>/inventory`, sorted by name. */
  inventories(root: string): Promise<readonly InventoryFile[]>;
  /** An inventory given by path, if there is a file. */
  inventoryAt(path: string): Promise<InventoryFile | undefined>;
  /** Its text; an executable is run with `--list`. */
  read(file: InventoryFile): Promise<Result<string>>;
  /** Names of the hosts and modules that a fleet's folder has files for. */
  fleetFiles(folder: string): Promise<FleetFiles>;
  /** A list of hosts, as `@file` names it. */
  readHostList(path: string): Promise<Result<string>>;
}

export interface InventoryFile {
  /** Absolute. */
  readonly path: string;
  /** The file's name without ending. */
  readonly name: string;
  readonly kind: "yaml" | "json" | "executable";
}

export interface FleetFiles {
  /** From hosts/<name>.nix and hosts/<name>/default.nix, sorted. */
  readonly hosts: readonly string[];
  /** From modules/<name>.nix and modules/<name>/default.nix, sorted. */
  readonly modules: readonly string[];
}

export interface InventoryCache {
  /** What was stored under the key, or nothing; a damaged entry counts as nothing. */
  get(key: string): Promise<string | undefined>;
  /** Never fails: a cache that cannot be written is only slow. */
  put(key: string, text: string): Promise<void>;
}
