/** The paths of a closure in a store, with their sizes, and who signed them. */
import type { ClosurePath } from "../../domain/closure/compare.ts";
import type { StorePath } from "../../domain/ids.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { NixInstallation } from "./installation.ts";

const TIMEOUT_MS = 120_000;

/**
 * Columns and not JSON: they are the same in every Nix. Fails with `nix/closure-unknown`.
 * @param store URL; this machine's own store when left out
 */
export async function closureOf(
  nix: NixInstallation,
  path: StorePath,
  signal: AbortSignal,
  store?: string,
): Promise<Result<readonly ClosurePath[]>> {
  const args = ["path-info", ...inStore(store), "--recursive", "--size", path];
  const call = await nix.run({ args, signal, timeoutMs: TIMEOUT_MS });
  if (!call.ok) return err(unknown(path, call.error.failure));
  const rows = call.value.stdout.split("\n").filter((line) => line.trim() !== "");
  const paths = rows.flatMap((line) => {
    const [, name, bytes] = /^(\/nix\/store\/\S+)\s+([0-9]+)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [{ path: name, bytes: Number(bytes) }];
  });
  return paths.length === rows.length && rows.length > 0 ? ok(paths) : err(unknown(path));
}

/** Names of the keys that have signed a path. Fails with `nix/closure-unknown`. */
export async function signaturesOf(
  nix: NixInstallation,
  path: StorePath,
  signal: AbortSignal,
  store?: string,
): Promise<Result<readonly string[]>> {
  const call = await nix.run({ args: ["path-info", ...inStore(store), "--sigs", path], signal, timeoutMs: TIMEOUT_MS });
  if (!call.ok) return err(unknown(path, call.error.failure));
  // A signature is NAME:BASE64; "ultimate" and "ca:…" are said in the same place.
  const words = call.value.stdout.trim().split(/\s+/).slice(1);
  return ok(words.flatMap((word) => /^(?!ca:)([^:\s]+):[A-Za-z0-9+/=]{64,}$/.exec(word)?.[1] ?? []));
}

const inStore = (store: string | undefined): readonly string[] => (store === undefined ? [] : ["--store", store]);

function unknown(path: StorePath, cause?: Failure): Failure {
  const what = "nix does not say what belongs to the closure";
  return failure("nix/closure-unknown", what, { found: path, ...(cause === undefined ? {} : { cause }) });
}
