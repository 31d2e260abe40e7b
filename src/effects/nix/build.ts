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
import { watchClosures, wholeOf } from "./whole-closures.ts";

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
  const known = await earlier.memory.known(hosts.map((host) => wholeOf(host).outPath));
  const isKnown = (host: EvaluatedHost): boolean => known.has(wholeOf(host).outPath);
  for (const host of hosts.filter(isKnown)) options.onBuilt?.(host);
  const missing = hosts.filter((host) => !isKnown(host));
  const failures = missing.length === 0 ? new Map() : await buildMissing(nix, missing, earlier.roots, options);
  const fresh = missing.filter(({ host }) => !failures.has(host));
  if (fresh.length > 0) await earlier.memory.remember(fresh.map((host) => wholeOf(host).outPath));
  const results = hosts.map(async (host) => {
    const failed = failures.get(host.host);
    return [host.host, failed === undefined ? await builtHost(host, localStoreFiles) : err(failed)] as const;
  });
  return new Map(await Promise.all(results));
}

/** The failure of each host that could not be built. */
async function buildMissing(
  nix: NixInstallation,
  hosts: readonly EvaluatedHost[],
  roots: string,
  options: BuildOptions,
): Promise<ReadonlyMap<HostName, Failure>> {
  const closures = hosts.map(wholeOf);
  const installables = [...new Set(closures.map((closure) => installable(nix, closure)))];
  // Nix takes an empty list for the current folder.
  if (installables.length === 0) throw new Error("nothing to build");
  const { signal, onProgress, onBuilt: tell } = options;
  const root = await newRoot(roots);
  const watch = tell === undefined ? undefined : watchClosures(hosts, { nix, signal, tell });
  const call = await nix.run({
    args: ["build", "--keep-going", "--out-link", root, ...installables],
    signal,
    timeoutMs: TIMEOUT_MS,
    onProgress: (progress) => {
      watch?.onProgress(progress);
      onProgress?.(progress);
    },
  });
  const failures = call.ok ? new Map<HostName, Failure>() : await buildTrouble(nix, closures, call.error, signal);
  await watch?.finish(hosts.map(({ host }) => host).filter((host) => !failures.has(host)));
  return failures;
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
