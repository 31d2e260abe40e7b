/** Builds closures and tells which host each failure belongs to. */
import { existsSync } from "node:fs";
import type { HostName } from "../../domain/ids.ts";
import { derivationName, type FailedDerivation, failedDerivations } from "../../domain/nix/build-failures.ts";
import { failedInputsOf } from "../../domain/nix/failed-inputs.ts";
import type { NixTrouble } from "../../domain/nix/trouble.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { BuildOptions, BuiltHost, EvaluatedHost } from "../../ports/nix-builder.ts";
import { derivationInputs } from "./derivation-inputs.ts";
import type { NixInstallation } from "./installation.ts";
import { readManifest } from "./manifest.ts";
import type { PathMemory } from "./path-memory.ts";

/** Nix has limits of its own for silent or endless builds; this one is for a Nix that hangs. */
const TIMEOUT_MS = 24 * 60 * 60_000;

/**
 * One `nix build` for everything that is missing; none when all was built before and is still there.
 * @param built remembers what was built: a path that merely exists may be the rest of a build that was cut
 */
export async function buildHosts(
  nix: NixInstallation,
  hosts: readonly EvaluatedHost[],
  built: PathMemory,
  options: BuildOptions,
): Promise<ReadonlyMap<HostName, Result<BuiltHost>>> {
  const known = await built.known(hosts.map(({ outPath }) => outPath));
  const missing = hosts.filter(({ outPath }) => !known.has(outPath));
  const trouble = missing.length === 0 ? undefined : await buildMissing(nix, missing, options);
  if (missing.length > 0 && trouble === undefined) await built.remember(missing.map(({ outPath }) => outPath));
  const results = await Promise.all(
    hosts.map(async (host) => {
      const failed = trouble === undefined || !missing.includes(host) ? undefined : trouble(host);
      return [host.host, failed === undefined ? await builtHost(host) : err(failed)] as const;
    }),
  );
  return new Map(results);
}

/** Says for a host why it was not built; undefined when it was. */
type TroubleOf = (host: EvaluatedHost) => Failure | undefined;

async function buildMissing(
  nix: NixInstallation,
  hosts: readonly EvaluatedHost[],
  options: BuildOptions,
): Promise<TroubleOf | undefined> {
  const drvPaths = [...new Set(hosts.map(({ drvPath }) => drvPath))];
  // Nix takes an empty list for the current folder.
  if (drvPaths.length === 0) throw new Error("nothing to build");
  const suffix = nix.capabilities.caretOutputs ? "^*" : "";
  const call = await nix.run({
    args: ["build", "--no-link", "--keep-going", ...drvPaths.map((path) => `${path}${suffix}`)],
    signal: options.signal,
    timeoutMs: TIMEOUT_MS,
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  return call.ok ? undefined : attribute(call.error);
}

function attribute(trouble: NixTrouble): TroubleOf {
  const failed = new Map(failedDerivations(trouble.log).map((derivation) => [derivation.drvPath, derivation]));
  const inputsOf = derivationInputs();
  return (host) => {
    if (existsSync(host.outPath)) return undefined;
    const paths = failedInputsOf(host.drvPath, new Set(failed.keys()), inputsOf);
    const causes = paths.flatMap((path) => failed.get(path) ?? []);
    const [first] = causes;
    if (first !== undefined) return buildFailure(host, first, causes.length);
    return { ...wholeFailure(trouble), host: host.host };
  };
}

function buildFailure(host: EvaluatedHost, failed: FailedDerivation, count: number): Failure {
  const others = count > 1 ? `, and ${count - 1} more derivations` : "";
  const name = derivationName(failed.drvPath);
  return failure("nix/build-failed", `${name} does not build: ${failed.reason}${others}`, {
    host: host.host,
    ...(failed.log.length === 0 ? {} : { detail: failed.log.join("\n") }),
    next: `See the whole log: nix log ${failed.drvPath}`,
  });
}

function wholeFailure({ failure: cause }: NixTrouble): Failure {
  if (cause.code !== "nix/command-failed") return cause;
  return failure("nix/build-failed", cause.what, cause.detail === undefined ? {} : { detail: cause.detail });
}

async function builtHost({ host, outPath }: EvaluatedHost): Promise<Result<BuiltHost>> {
  const manifest = await readManifest(outPath);
  if (!manifest.ok) return err({ ...manifest.error, host });
  if (manifest.value.host === host) return ok({ host, system: outPath, manifest: manifest.value });
  return err(
    failure("nix/bad-manifest", "the closure was made for another host", {
      host,
      expected: `a manifest of ${host}`,
      found: `one of ${manifest.value.host} in ${outPath}`,
    }),
  );
}
