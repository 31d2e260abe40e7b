/** The paths of a closure in this machine's store, with their sizes. */
import type { ClosurePath } from "../../domain/closure/compare.ts";
import type { StorePath } from "../../domain/ids.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { NixInstallation } from "./installation.ts";

const TIMEOUT_MS = 120_000;

/** Columns and not JSON: they are the same in every Nix. Fails with `nix/closure-unknown`. */
export async function closureOf(
  nix: NixInstallation,
  path: StorePath,
  signal: AbortSignal,
): Promise<Result<readonly ClosurePath[]>> {
  const call = await nix.run({ args: ["path-info", "--recursive", "--size", path], signal, timeoutMs: TIMEOUT_MS });
  if (!call.ok) return err(unknown(path, call.error.failure));
  const rows = call.value.stdout.split("\n").filter((line) => line.trim() !== "");
  const paths = rows.flatMap((line) => {
    const [, name, bytes] = /^(\/nix\/store\/\S+)\s+([0-9]+)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [{ path: name, bytes: Number(bytes) }];
  });
  return paths.length === rows.length && rows.length > 0 ? ok(paths) : err(unknown(path));
}

function unknown(path: StorePath, cause?: Failure): Failure {
  const what = "nix does not say what belongs to the closure";
  return failure("nix/closure-unknown", what, { found: path, ...(cause === undefined ? {} : { cause }) });
}
