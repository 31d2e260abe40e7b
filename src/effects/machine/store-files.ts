/** Files of the local Nix store. */
import { open, readlink } from "node:fs/promises";
import type { StoreFiles } from "../../ports/store-files.ts";

export const localStoreFiles: StoreFiles = {
  async read(storeFile, maxBytes) {
    try {
      await using file = await open(storeFile, "r");
      const stat = await file.stat();
      return stat.isFile() && stat.size <= maxBytes ? await file.readFile() : undefined;
    } catch {
      // Not built here: the caller asks the host, which has it.
      return undefined;
    }
  },
  target: (storeLink) => readlink(storeLink).catch(() => undefined),
};
