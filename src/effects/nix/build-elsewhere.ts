/** Builds on another machine: derivations go to its daemon through the forwarded socket, and the result stays there. */
import { existsSync } from "node:fs";
import type { HostName, StorePath } from "../../domain/ids.ts";
import type { NixTrouble } from "../../domain/nix/trouble.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type {
  BuildOptions,
  BuildProgress,
  BuiltHost,
  DaemonStore,
  EvaluatedHost,
  RealiseRequest,
} from "../../ports/nix-builder.ts";
import type { StoreFiles } from "../../ports/store-files.ts";
import { installable } from "./build.ts";
import { buildTrouble } from "./build-trouble.ts";
import { builtHost } from "./built-host.ts";
import type { NixInstallation } from "./installation.ts";
import { daemonUrl } from "./other-store.ts";
import { presentPaths } from "./present.ts";
import type { Signer } from "./sign.ts";
import { watchClosures, wholeOf } from "./whole-closures.ts";

const TIMEOUT_MS = 24 * 60 * 60_000;

export interface Elsewhere {
  readonly signer: Signer | undefined;
  /** Reads what was built. */
  readonly files: StoreFiles;
}

export async function buildElsewhere(
  nix: NixInstallation,
  hosts: readonly EvaluatedHost[],
  { signer, files }: Elsewhere,
  options: BuildOptions & { readonly at: NonNullable<BuildOptions["at"]> },
): Promise<ReadonlyMap<HostName, Result<BuiltHost>>> {
  const wanted = hosts.map(wholeOf);
  const { onBuilt: tell, signal } = options;
  const store = daemonUrl(options.at);
  const watch = tell === undefined ? undefined : watchClosures(hosts, { nix, store, signal, tell });
  const onProgress = (progress: BuildProgress): void => {
    watch?.onProgress(progress);
    options.onProgress?.(progress);
  };
  const trouble = await buildAll(nix, wanted, signer, { ...options, onProgress });
  const failures =
    trouble === undefined ? new Map<HostName, Failure>() : await buildTrouble(nix, wanted, trouble, signal, store);
  await watch?.finish(hosts.map(({ host }) => host).filter((host) => !failures.has(host)));
  const results = hosts.map(async (host) => {
    const failed = failures.get(host.host);
    return [host.host, failed === undefined ? await builtHost(host, files) : err(failed)] as const;
  });
  return new Map(await Promise.all(results));
}

type BuildingThere = Pick<BuildOptions, "signal" | "onProgress"> & { readonly at: DaemonStore };

/**
 * One more try where the daemon went away in the middle, and where it refused an input: sources and derivations are known by
 * their content and need no signature, but what an evaluation had to build is not.
 */
async function buildAll(
  nix: NixInstallation,
  closures: readonly { readonly drvPath: string; readonly outPath: StorePath }[],
  signer: Signer | undefined,
  options: BuildingThere,
): Promise<NixTrouble | undefined> {
  const installables = [...new Set(closures.map((closure) => installable(nix, closure)))];
  // Nix takes an empty list for the current folder.
  if (installables.length === 0) throw new Error("nothing to build");
  const store = ["--store", daemonUrl(options.at), "--eval-store", "auto"];
  const build = async (): Promise<NixTrouble | undefined> => {
    const call = await nix.run({
      args: ["build", ...store, "--keep-going", "--no-link", ...installables],
      plain: true,
      signal: options.signal,
      timeoutMs: TIMEOUT_MS,
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    });
    return call.ok ? undefined : call.error;
  };
  const first = await build();
  if (first?.failure.code === "nix/daemon-lost") return build();
  if (first?.failure.code !== "nix/unsigned-path" || signer === undefined) return first;
  const derivations = closures.map(({ drvPath }) => drvPath as StorePath).filter((path) => existsSync(path));
  const signed = await signer.signAgain(derivations, options.signal);
  return signed.ok ? build() : { log: first.log, failure: signed.error };
}

/** Fails with `nix/closure-missing` where the closure is not there and can no longer be built. */
export async function realiseElsewhere(
  nix: NixInstallation,
  { host, paths, derivations, at, signal, onProgress }: RealiseRequest,
  signer: Signer | undefined,
): Promise<Result<"there" | "built">> {
  const there = await presentPaths(nix, paths, daemonUrl(at), signal);
  if (!there.ok) return err({ ...there.error, host });
  if (paths.every((path) => there.value.has(path))) return ok("there");
  if (!derivations.every((path) => existsSync(path)) || derivations.length === 0) return err(missing(host, paths));
  const closures = derivations.map((drvPath) => ({ drvPath, outPath: drvPath as StorePath }));
  const progress = onProgress === undefined ? {} : { onProgress };
  const trouble = await buildAll(nix, closures, signer, { at, signal, ...progress });
  return trouble === undefined ? ok("built") : err({ ...trouble.failure, host });
}

const missing = (host: HostName, paths: readonly StorePath[]) =>
  failure("nix/closure-missing", "the closure that was built elsewhere is gone, and so is what builds it", {
    host,
    expected: paths.join(", "),
    next: "plan again",
  });
