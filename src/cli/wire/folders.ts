/** Where the program keeps things of its own on this machine. */
import { homedir } from "node:os";
import { join } from "node:path";
import type { CliContext } from "../context.ts";

export const homeOf = (env: CliContext["env"]): string => env.HOME || homedir();

/** `$XDG_CACHE_HOME/nixfleet`. */
export const cacheFolder = (env: CliContext["env"]): string =>
  join(absoluteOr(env.XDG_CACHE_HOME, join(homeOf(env), ".cache")), "nixfleet");

/** `$XDG_STATE_HOME/nixfleet`. */
export const stateFolder = (env: CliContext["env"]): string =>
  join(absoluteOr(env.XDG_STATE_HOME, join(homeOf(env), ".local/state")), "nixfleet");

const absoluteOr = (path: string | undefined, fallback: string): string =>
  path?.startsWith("/") === true ? path : fallback;
