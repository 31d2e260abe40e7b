/** Writes the wrapper flakes: a folder for each source and inventory, old ones removed. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inventoryWrapper, plainWrapper } from "../../domain/nix/expression.ts";
import { fileUrl } from "../../domain/nix/flake-url.ts";
import type { FleetSource } from "../../ports/nix-builder.ts";
import { keepNewest } from "./keep-newest.ts";

/** Wrappers kept for debugging by hand: `nix build WRAPPER#closures.web-1`. */
const KEPT_WRAPPERS = 8;

/**
 * @param inventoryJson leave it out for hosts with `flakeAttr`, which need none
 * @returns the wrapper as a flake reference
 */
export async function writeWrapper(
  cacheDir: string,
  source: FleetSource,
  inventoryJson: string | undefined,
): Promise<string> {
  const flake = inventoryJson === undefined ? plainWrapper(source.input) : inventoryWrapper(source.input);
  const name = createHash("sha256")
    .update(flake)
    .update("\0")
    .update(inventoryJson ?? "")
    .digest("hex")
    .slice(0, 32);
  const wrappers = join(cacheDir, "wrappers");
  const folder = join(wrappers, name);
  if (!existsSync(folder)) {
    await writeFolder(folder, flake, inventoryJson);
    await keepNewest(wrappers, KEPT_WRAPPERS);
  }
  return `path:${fileUrl(folder, false)}`;
}

/** Whole or not at all: another command may be writing the same one. */
async function writeFolder(folder: string, flake: string, inventoryJson: string | undefined): Promise<void> {
  const temporary = `${folder}.${randomUUID()}`;
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  await writeFile(join(temporary, "flake.nix"), flake);
  if (inventoryJson !== undefined) await writeFile(join(temporary, "inventory.json"), inventoryJson);
  try {
    await rename(temporary, folder);
  } catch {
    await rm(temporary, { recursive: true });
  }
}
