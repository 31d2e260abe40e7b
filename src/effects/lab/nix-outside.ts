/** Finds the Nix that the CLI uses on its own machine. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheFolder, type Environment } from "./cache-folder.ts";
import { nixBinDir } from "./nix-commands.ts";

export interface OutsideNix {
  /** Absolute path of the `nix` program, to be called like Nix itself. */
  readonly nix: string;
  /** The folder it lies in, for `nix-store`, `nix-daemon` and the others. */
  readonly binDir: string;
  readonly from: "NIXFLEET_NIX" | "PATH" | "lab";
}

/**
 * In this order: the program named by `NIXFLEET_NIX`, `nix` on `PATH`, the lab's.
 *
 * @returns undefined when there is none, also when `NIXFLEET_NIX` names something that cannot be run
 */
export function findNix(env: Environment): OutsideNix | undefined {
  if (env.NIXFLEET_NIX) return runnable(env.NIXFLEET_NIX) ? found(env.NIXFLEET_NIX, "NIXFLEET_NIX") : undefined;
  const onPath = (env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, "nix"))
    .find(runnable);
  if (onPath !== undefined) return found(onPath, "PATH");
  const ofLab = join(nixBinDir(cacheFolder(env)), "nix");
  return runnable(ofLab) ? found(ofLab, "lab") : undefined;
}

const found = (nix: string, from: OutsideNix["from"]): OutsideNix => ({ nix, binDir: join(nix, ".."), from });

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
