/** Remembers a fact about store paths (built, signed) for as long as they are the same files. */
import { lstat } from "node:fs/promises";
import { z } from "zod";
import type { StorePath } from "../../domain/ids.ts";
import { readJsonFile, writeJsonFile } from "./json-file.ts";

export interface PathMemory {
  /** Those of the paths of which the fact is remembered and still true. */
  known(paths: readonly StorePath[]): Promise<ReadonlySet<StorePath>>;
  remember(paths: readonly StorePath[]): Promise<void>;
}

/** Beyond this, the older half is forgotten. */
const MAX_REMEMBERED = 4_000;

/** Path to identity; the order is the order of remembering. */
const memorySchema = z.record(z.string(), z.string());

export function pathMemory(file: string): PathMemory {
  const load = async () => (await readJsonFile(file, memorySchema)) ?? {};
  return {
    known: async (paths) => {
      const memory = await load();
      const identities = await Promise.all(paths.map(identityOf));
      return new Set(paths.filter((path, index) => memory[path] !== undefined && memory[path] === identities[index]));
    },
    remember: async (paths) => {
      const memory = await load();
      for (const path of paths) {
        const identity = await identityOf(path);
        if (identity !== undefined) memory[path] = identity;
      }
      await writeJsonFile(file, trimmed(memory));
    },
  };
}

/**
 * A path that was collected and built anew has the same name, but another inode or change time. As long as a path is there,
 * everything it needs is there, too: Nix collects it first.
 */
async function identityOf(path: StorePath): Promise<string | undefined> {
  try {
    const { ino, ctimeNs } = await lstat(path, { bigint: true });
    return `${ino}:${ctimeNs}`;
  } catch {
    return undefined;
  }
}

function trimmed(memory: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(memory);
  return entries.length <= MAX_REMEMBERED ? memory : Object.fromEntries(entries.slice(-MAX_REMEMBERED / 2));
}
