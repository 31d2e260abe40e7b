/** Where effects meet ports: the only file that imports effects. Each factory loads only what its command needs. */
import { homedir } from "node:os";
import { join } from "node:path";
import type { Lab } from "../ports/lab.ts";
import type { ProjectPorts } from "../workflows/inventory/load-project.ts";
import type { CliContext } from "./context.ts";

type Place = Pick<CliContext, "cwd" | "env">;

export interface LabFolders {
  /** State folder as typed. */
  readonly state?: string;
  /** Cache folder as typed. */
  readonly cache?: string;
}

export async function wireLab({ cwd, env }: Place, folders: LabFolders): Promise<Lab> {
  const { createLab } = await import("../effects/lab/lab.ts");
  return createLab({ cwd, env, folders });
}

/** The project's files, and the cache of parsed inventories in `$XDG_CACHE_HOME/nixfleet`. */
export async function wireProject({ env }: Pick<CliContext, "env">): Promise<ProjectPorts> {
  const { inventoryCache } = await import("../effects/inventory/cache.ts");
  const { projectFiles } = await import("../effects/inventory/project-files.ts");
  const home = env.HOME || homedir();
  const caches = env.XDG_CACHE_HOME?.startsWith("/") === true ? env.XDG_CACHE_HOME : join(home, ".cache");
  return { files: projectFiles(home), cache: inventoryCache(join(caches, "nixfleet")) };
}
