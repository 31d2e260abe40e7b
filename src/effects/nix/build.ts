/** Builds closures and reads what they manage. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { HostName } from "../../domain/ids.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { err, type Result } from "../../domain/outcome/result.ts";
import type { BuildOptions, BuiltHost, EvaluatedHost } from "../../ports/nix-builder.ts";
import { localStoreFiles } from "../machine/store-files.ts";
import { buildTrouble } from "./build-trouble.ts";
import { builtHost } from "./built-host.ts";
import type { NixInstallation } from "./installation.ts";
import { keepNewest } from "./keep-newest.ts";
import type { PathMemory } from "./path-memory.ts";

/** Nix has limits of its own for silent or endless builds; this one is for a Nix that hangs. */
const TIMEOUT_MS = 24 * 60 * 60_000;
const KEPT_BUILDS = 8;

type Closure = Pick<EvaluatedHost, "drvPath" | "outPath">;

export interface EarlierBuilds {
  /** Remembers what was built: a path that merely exists may be the rest of a build that was cut. */
  readonly memory: PathMemory;
  /** Folder with a gc root for each of the last builds. */
  readonly roots: string;
}

/** One `nix build` for everything that is missing; none when all was built before and is still there. */
export async function buildHosts(
  nix: NixInstallation,
  hosts: readonly EvaluatedHost[],
  earlier: EarlierBuilds,
  options: BuildOptions,
): Promise<ReadonlyMap<HostName, Result<BuiltHost>>> {
  const wanted = hosts.map(wholeOf);
  const known = await earlier.memory.known(wanted.map(({ outPath }) => outPath));
  const missing = wanted.filter(({ outPath }) => !known.has(outPath));
  const failures = missing.length === 0 ? new Map() : await buildMissing(nix, missing, earlier.roots, options);
  const fresh = missing.filter(({ host }) => !failures.has(host));
  if (fresh.length > 0) await earlier.memory.remember(fresh.map(({ outPath }) => outPath));
  const results = hosts.map(async (host) => {
    const failed = failures.get(host.host);
    return [host.host, failed === undefined ? await builtHost(host, localStoreFiles) : err(failed)] as const;
  });
  return new Map(await Promise.all(results));
}

/** A description has the closure that it describes in its own, so building it builds both. */
export const wholeOf = (host: EvaluatedHost): EvaluatedHost => ({ ...host, ...host.description });

/** The failure of each host that could not be built. */
async function buildMissing(
  nix: NixInstallation,
  hosts: readonly EvaluatedHost[],
  roots: string,
  options: BuildOptions,
): Promise<ReadonlyMap<HostName, Failure>> {
  const installables = [...new Set(hosts.map((host) => installable(nix, host)))];
  // Nix takes an empty list for the current folder.
  if (installables.length === 0) throw new Error("nothing to build");
  const call = await nix.run({
    args: ["build", "--keep-going", "--out-link", await newRoot(roots), ...installables],
    signal: options.signal,
    timeoutMs: TIMEOUT_MS,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  return call.ok ? new Map() : buildTrouble(nix, hosts, call.error, options.signal);
}

/** All outputs of the derivation; the closure itself when the derivation was collected and the closure was not. */
export function installable({ capabilities }: NixInstallation, { drvPath, outPath }: Closure): string {
  if (!existsSync(drvPath)) return outPath;
  return capabilities.caretOutputs ? `${drvPath}^*` : drvPath;
}

/** A name for links that keep this build's closures; those of older builds go. */
async function newRoot(roots: string): Promise<string> {
  const root = join(roots, `${Date.now().toString(36)}-${process.pid}`);
  await mkdir(root, { recursive: true, mode: 0o700 });
  await keepNewest(roots, KEPT_BUILDS);
  return join(root, "closure");
}
