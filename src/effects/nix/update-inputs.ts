/** Newer inputs for a fleet: locked, but written nowhere before somebody keeps them. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileUrl, flakeUrl } from "../../domain/nix/flake-url.ts";
import { inputWords, type LockChange, lockedInputs } from "../../domain/nix/lock-file.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { FleetSource, UpdatedSource } from "../../ports/nix-builder.ts";
import type { NixInstallation } from "./installation.ts";
import { flakeFailure } from "./locked-tree.ts";
import type { NixSettings } from "./settings.ts";
import { lockedSource, sha256 } from "./source-digest.ts";

const TIMEOUT_MS = 600_000;

/** Fails with `nix/unknown-input`, `nix/too-old`, `nix/remote-lock`, or as Nix does when it cannot fetch. */
export async function updateInputs(
  nix: NixInstallation,
  settings: NixSettings,
  {
    source,
    names,
    signal,
  }: { readonly source: FleetSource; readonly names: readonly string[]; readonly signal: AbortSignal },
): Promise<Result<UpdatedSource>> {
  if (settings.remoteFlake !== undefined) return err(remoteLock(settings.remoteFlake));
  if (!nix.capabilities.inputUpdates) return err(tooOld(nix));
  const before = await readFile(join(settings.projectRoot, "flake.lock"), "utf8");
  const old = lockedInputs(before, names);
  if (!old.ok) return old;
  const after = await newerLock(nix, settings, names, signal);
  if (!after.ok) return after;
  const fresh = lockedInputs(after.value, names);
  if (!fresh.ok) return fresh;
  const moved = names.flatMap((name) => {
    const [from, to] = [old.value.get(name) ?? {}, fresh.value.get(name) ?? {}];
    return flakeUrl(from) === flakeUrl(to)
      ? []
      : [{ name, from: inputWords(from), to: inputWords(to), url: flakeUrl(to) }];
  });
  const overrides = moved.flatMap(({ name, url }) => ["--override-input", `fleet/${name}`, url]);
  return ok({
    source: { ...source, ...lockedSource(source.input, [...source.overrides, ...overrides], nix) },
    lock: {
      replaces: sha256(before),
      text: after.value,
      inputs: moved.map(({ name, from, to }) => ({ name, from, to })),
    },
  });
}

/** Text of the flake.lock with these inputs as new as they are. */
async function newerLock(
  nix: NixInstallation,
  { projectRoot, cacheDir }: NixSettings,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Result<string>> {
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  const file = join(cacheDir, `flake.lock.${randomUUID()}`);
  const flake = fileUrl(projectRoot, false);
  try {
    const args = ["flake", "update", ...names, "--flake", flake, "--output-lock-file", file, "--refresh"];
    const called = await nix.run({ args, signal, timeoutMs: TIMEOUT_MS });
    return called.ok ? ok(await readFile(file, "utf8")) : err(flakeFailure(called.error, projectRoot));
  } finally {
    await rm(file, { force: true });
  }
}

/** Puts it in the place of the flake.lock that it was made from. Fails with `nix/lock-moved` when that is another by now. */
export async function keepLock({ projectRoot }: NixSettings, { replaces, text }: LockChange): Promise<Result<void>> {
  const file = join(projectRoot, "flake.lock");
  const temporary = `${file}.${randomUUID()}`;
  try {
    const now = await readFile(file, "utf8");
    if (now === text) return ok(undefined);
    if (sha256(now) !== replaces) return err(failure("nix/lock-moved", "flake.lock changed while the rollout went on"));
    await writeFile(temporary, text);
    await rename(temporary, file);
    return ok(undefined);
  } catch (error) {
    return err(failure("nix/lock-moved", "flake.lock cannot be written", { found: (error as Error).message }));
  } finally {
    await rm(temporary, { force: true });
  }
}

const remoteLock = (found: string) =>
  failure("nix/remote-lock", "the fleet's flake lies elsewhere, so its flake.lock cannot be changed from here", {
    found,
    next: "run it in a checkout of the fleet, or update the inputs there",
  });

const tooOld = ({ version }: NixInstallation) =>
  failure("nix/too-old", "this Nix cannot update single inputs of a flake without writing to it", {
    expected: "Nix 2.19 or newer",
    found: version.text,
    next: "nix flake lock --update-input NAME, then nixfleet os-update",
  });
