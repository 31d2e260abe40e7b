/** Puts the image's Nix within reach of the machine that runs the CLI. */
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Suite, USUAL_SUITE } from "../../domain/lab/image-recipe.ts";
import { NIX_COMMANDS, nixWrapper, WRAPPER_NIX_CONF } from "../../domain/lab/nix-wrapper.ts";

export const nixBinDir = (cache: string, suite: Suite = USUAL_SUITE): string =>
  join(cache, suite === USUAL_SUITE ? "bin" : `bin-${suite}`);

/**
 * Writes `nix`, `nix-store` and the others into the suite's folder of the cache; each lasts as long as the image.
 *
 * @returns the folder they are in
 */
export async function installNixCommands(cache: string, image: string, suite: Suite): Promise<string> {
  const bin = nixBinDir(cache, suite);
  const confDir = join(cache, "nix-conf");
  await Promise.all([bin, confDir].map((folder) => mkdir(folder, { recursive: true, mode: 0o755 })));
  await replace(join(confDir, "nix.conf"), (file) => writeFile(file, WRAPPER_NIX_CONF));
  await replace(join(bin, "nix"), (file) => writeFile(file, nixWrapper(image, confDir), { mode: 0o755 }));
  const others = NIX_COMMANDS.filter((name) => name !== "nix");
  await Promise.all(others.map((name) => replace(join(bin, name), (file) => symlink("nix", file))));
  return bin;
}

/** Through a neighbour and a rename, since another command may be starting the old one right now. */
async function replace(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.new-${process.pid}`;
  await rm(temporary, { force: true });
  await make(temporary);
  await rename(temporary, path);
}
