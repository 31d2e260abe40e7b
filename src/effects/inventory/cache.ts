/** Parsed inventories under `$XDG_CACHE_HOME/nixfleet/inventory`, readable by their owner only. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { InventoryCache } from "../../ports/inventory.ts";
import { keepNewest } from "../nix/keep-newest.ts";

// One entry for each environment and a few of their last versions.
const MAX_ENTRIES = 20;

/** `folder` is nixfleet's own cache folder. */
export function inventoryCache(folder: string): InventoryCache {
  const entries = join(folder, "inventory");
  return {
    get: async (key) => {
      const path = join(entries, key);
      const text = await readFile(path, "utf8").catch(() => undefined);
      // Marks it as used, for the clean-up.
      if (text !== undefined) await utimes(path, new Date(), new Date()).catch(() => undefined);
      return text;
    },
    put: async (key, text) => {
      const temporary = join(entries, `${key}.${randomUUID()}`);
      try {
        await mkdir(entries, { recursive: true, mode: 0o700 });
        await writeFile(temporary, text, { mode: 0o600 });
        await rename(temporary, join(entries, key));
        await keepNewest(entries, MAX_ENTRIES);
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}
