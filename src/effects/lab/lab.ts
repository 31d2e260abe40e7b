/** The lab's machinery on this machine. */
import { randomBytes } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { labIdOf } from "../../domain/lab/naming.ts";
import { labStateSchema } from "../../domain/lab/state.ts";
import type { Lab } from "../../ports/lab.ts";
import { labArchive } from "./archive.ts";
import { cacheFolder, type Environment } from "./cache-folder.ts";
import { labImages } from "./images.ts";
import { labFiles } from "./lab-files.ts";
import { labMachines } from "./machines.ts";
import { labNetwork } from "./network.ts";
import { findNix } from "./nix-outside.ts";
import { labPreconditions } from "./preconditions.ts";
import { sshSession } from "./ssh-session.ts";
import { labStore } from "./store.ts";

export interface LabPlace {
  readonly cwd: string;
  readonly env: Environment;
  /** Folders as typed; the standard ones where absent. */
  readonly folders: { readonly state?: string; readonly cache?: string };
}

/** @returns the lab of a state folder, which need not exist */
export function createLab({ cwd, env, folders }: LabPlace): Lab {
  const folder = withoutLinks(resolve(cwd, folders.state ?? stateFolder(env)));
  // A lab keeps the cache that it was brought up with.
  const cache = resolve(cwd, folders.cache ?? recordedCache(folder) ?? cacheFolder(env));
  return {
    id: labIdOf(folder),
    cache,
    preconditions: labPreconditions,
    images: labImages(cache),
    store: labStore(folder),
    network: labNetwork,
    archive: labArchive(folder),
    machines: labMachines(folder),
    pause: (ms) => sleep(ms),
    elapsed: () => performance.now(),
    newMachineId: () => randomBytes(16).toString("hex"),
    ssh: (machine, command) => sshSession(labFiles(folder).sshConfig, machine.name, command),
    nix: () => findNix({ ...env, NIXFLEET_LAB_CACHE: cache })?.nix,
  };
}

function recordedCache(folder: string): string | undefined {
  try {
    return labStateSchema.safeParse(JSON.parse(readFileSync(labFiles(folder).state, "utf8"))).data?.cache;
  } catch {
    return undefined;
  }
}

/** `NIXFLEET_LAB_STATE`, else `$XDG_STATE_HOME/nixfleet/lab`, else `/var/lib/nixfleet-lab`. */
function stateFolder(env: Environment): string {
  if (env.NIXFLEET_LAB_STATE) return env.NIXFLEET_LAB_STATE;
  if (env.XDG_STATE_HOME) return join(env.XDG_STATE_HOME, "nixfleet/lab");
  return "/var/lib/nixfleet-lab";
}

/** The lab's names follow from its folder, so the folder has one name only, whether it exists already or not. */
function withoutLinks(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return join(withoutLinks(dirname(folder)), basename(folder));
  }
}
