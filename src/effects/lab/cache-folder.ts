/** Where the lab keeps what is worth keeping between labs. */
import { join } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** `NIXFLEET_LAB_CACHE`, else `$XDG_CACHE_HOME/nixfleet/lab`, else `/var/cache/nixfleet/lab`: the lab is root's. */
export function cacheFolder(env: Environment): string {
  if (env.NIXFLEET_LAB_CACHE) return env.NIXFLEET_LAB_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "nixfleet/lab");
  return "/var/cache/nixfleet/lab";
}
