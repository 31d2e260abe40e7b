/** The Nix of this machine: where it is and which version, known without starting it whenever possible. */
import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { capabilitiesOf, type NixCapabilities, oldestNix } from "../../domain/nix/capabilities.ts";
import { type NixVersion, parseNixVersion } from "../../domain/nix/version.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { findNix } from "../lab/nix-outside.ts";
import { runProcess } from "../process/run.ts";
import { nixRunner, type RunNix } from "./command.ts";
import { findEvalJobs } from "./eval-jobs.ts";
import { readJsonFile, writeJsonFile } from "./json-file.ts";
import type { NixSettings } from "./settings.ts";

export interface NixInstallation {
  /** Path of the program. */
  readonly path: string;
  readonly version: NixVersion;
  readonly capabilities: NixCapabilities;
  readonly run: RunNix;
  /** nix-eval-jobs, where there is one that fits. */
  readonly runJobs?: RunNix;
}

const VERSION_TIMEOUT_MS = 30_000;

/** Finds Nix by NIXFLEET_NIX, PATH, the lab; asks its version once for each binary. */
export async function nixInstallation(settings: NixSettings, signal: AbortSignal): Promise<Result<NixInstallation>> {
  const found = findNix(settings.env);
  if (found === undefined) return err(missing(settings.env.NIXFLEET_NIX));
  const version = await versionOf(found.nix, settings, signal);
  if (!version.ok) return version;
  const capabilities = capabilitiesOf(version.value);
  if (!capabilities.supported) return err(tooOld(version.value, found.nix));
  const runnerOf = (program: string) => nixRunner(program, settings.cacheDir, settings.env);
  const evalJobs = findEvalJobs(version.value, settings.env);
  return ok({
    path: found.nix,
    version: version.value,
    capabilities,
    run: runnerOf(found.nix),
    ...(evalJobs === undefined ? {} : { runJobs: runnerOf(evalJobs) }),
  });
}

const cacheSchema = z.object({ binary: z.string(), text: z.string() });

async function versionOf(nix: string, settings: NixSettings, signal: AbortSignal): Promise<Result<NixVersion>> {
  const binary = await identityOf(nix);
  const cacheFile = join(settings.cacheDir, "nix-version.json");
  const cached = await readJsonFile(cacheFile, cacheSchema);
  const known = cached !== undefined && cached.binary === binary ? parseNixVersion(cached.text) : undefined;
  if (known !== undefined) return ok(known);
  const outcome = await runProcess({
    file: nix,
    args: ["--version"],
    env: settings.env,
    signal,
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  if (outcome.kind === "aborted") return err(failure("nix/interrupted", "nix was stopped"));
  const version = outcome.kind === "exited" && outcome.code === 0 ? parseNixVersion(outcome.stdout) : undefined;
  if (version === undefined)
    return err(unusable(nix, outcome.kind === "not-started" ? outcome.reason : outcome.stderr));
  await writeJsonFile(cacheFile, { binary, text: version.text });
  return ok(version);
}

/** Another binary at the same path has another identity. */
async function identityOf(nix: string): Promise<string> {
  const path = await realpath(nix);
  const { ino, size, mtimeMs } = await stat(path);
  return [path, ino, size, mtimeMs].join(":");
}

const missing = (named: string | undefined): Failure =>
  failure("nix/missing", named === undefined ? "there is no Nix on this machine" : "NIXFLEET_NIX names no program", {
    ...(named === undefined ? {} : { expected: "the path of a `nix` program", found: named }),
    next: "Install Nix (apt install nix-bin), or set NIXFLEET_NIX; `nixfleet lab up` brings one for rehearsals.",
  });

const unusable = (nix: string, said: string): Failure =>
  failure("nix/unusable", "nix does not tell its version", {
    expected: `${nix} --version to print a version`,
    ...(said.trim() === "" ? {} : { detail: said.trim() }),
    next: `Run ${nix} --version by hand.`,
  });

const tooOld = (version: NixVersion, nix: string): Failure =>
  failure("nix/too-old", "this Nix is too old", {
    expected: `Nix ${oldestNix} or newer`,
    found: `${version.text} at ${nix}`,
    next: "Install a newer Nix, or set NIXFLEET_NIX to one.",
  });
