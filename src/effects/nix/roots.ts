/** Roots that keep store paths from garbage collection: links below the state folder, registered with Nix. */
import { existsSync, readlinkSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StorePath } from "../../domain/ids.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { NixInstallation } from "./installation.ts";
import { keepNewest } from "./keep-newest.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$/;
const TIMEOUT_MS = 120_000;
/** A name that nobody removed does not hold its closures for ever. */
const KEPT_NAMES = 64;

/** Keeps exactly these paths under the name, from now on. Does nothing when it does so already. */
export async function addRoot(
  nix: NixInstallation,
  folder: string,
  name: string,
  paths: readonly StorePath[],
  signal: AbortSignal,
): Promise<Result<void>> {
  if (!NAME.test(name)) throw new Error(`not a name for a gc root: ${name}`);
  const wanted = [...new Set(paths)].sort();
  if (wanted.length === 0 || sameMembers(await rootedPaths(folder, name), wanted)) return ok(undefined);
  const root = join(folder, name);
  await mkdir(root, { recursive: true, mode: 0o700 });
  // Links of an earlier set stay until the new ones are there, then go.
  const old = await readdir(root);
  const link = join(root, `path-${Date.now().toString(36)}`);
  // Paths that exist are not built; `nix build` is the one command that registers links in every version.
  const call = await nix.run({ args: ["build", "--out-link", link, ...wanted], signal, timeoutMs: TIMEOUT_MS });
  if (!call.ok) {
    return err(
      failure("nix/root-failed", "the closures cannot be kept from garbage collection", { cause: call.error.failure }),
    );
  }
  await Promise.all(old.map((entry) => rm(join(root, entry), { force: true })));
  await keepNewest(folder, KEPT_NAMES);
  return ok(undefined);
}

/** The paths that a name keeps, and that are there. */
async function rootedPaths(folder: string, name: string): Promise<readonly string[]> {
  const root = join(folder, name);
  const links = await readdir(root).catch(() => []);
  const targets = links.flatMap((link) => readTarget(join(root, link)));
  return targets.filter((target) => existsSync(target)).sort();
}

function readTarget(link: string): readonly string[] {
  try {
    return [readlinkSync(link)];
  } catch {
    return [];
  }
}

const sameMembers = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((path, index) => path === other[index]);

/** A link that the user wants, registered as a root where it lies. */
export async function linkTo(
  nix: NixInstallation,
  link: string,
  path: StorePath,
  signal: AbortSignal,
): Promise<Result<void>> {
  try {
    await mkdir(dirname(link), { recursive: true });
  } catch (error) {
    return err(failure("nix/root-failed", `the folder of ${link} cannot be made`, { found: String(error) }));
  }
  const call = await nix.run({ args: ["build", "--out-link", link, path], signal, timeoutMs: TIMEOUT_MS });
  if (call.ok) return ok(undefined);
  return err(failure("nix/root-failed", `the link ${link} cannot be made`, { cause: call.error.failure }));
}

/** Nix forgets a root by itself once its link is gone. */
export async function removeRoot(folder: string, name: string): Promise<Result<void>> {
  if (!NAME.test(name)) throw new Error(`not a name for a gc root: ${name}`);
  await rm(join(folder, name), { recursive: true, force: true });
  return ok(undefined);
}
