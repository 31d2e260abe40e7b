/** Manifests of closures that are not in this machine's store, as they were when a plan was made with them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BuiltHost } from "../../ports/nix-builder.ts";
import type { StoreFiles } from "../../ports/store-files.ts";
import { localStoreFiles } from "../machine/store-files.ts";
import { writeJsonFile } from "./json-file.ts";
import { keepNewest } from "./keep-newest.ts";

const KEPT = 512;

const folderIn = (cacheDir: string): string => join(cacheDir, "manifests");
const fileName = (storePath: string): string => `${storePath.replace("/nix/store/", "")}.json`;

export async function keepManifest(cacheDir: string, { system, description, manifest }: BuiltHost): Promise<void> {
  if (manifest === null) return;
  const folder = folderIn(cacheDir);
  for (const path of [system, description]) {
    if (path !== undefined) await writeJsonFile(join(folder, fileName(path)), manifest);
  }
  await keepNewest(folder, KEPT);
}

/** This machine's store, and for manifests that are not in it what was kept of them. */
export function storeFilesWith(cacheDir: string): StoreFiles {
  return {
    target: localStoreFiles.target,
    async read(storeFile, maxBytes) {
      const here = await localStoreFiles.read(storeFile, maxBytes);
      const system = /^(\/nix\/store\/[^/]+)\/manifest\.json$/.exec(storeFile)?.[1];
      if (here !== undefined || system === undefined) return here;
      const kept = await readFile(join(folderIn(cacheDir), fileName(system))).catch(() => undefined);
      return kept !== undefined && kept.length <= maxBytes ? kept : undefined;
    },
  };
}
