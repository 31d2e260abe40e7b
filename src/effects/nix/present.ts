/** Which store paths a store has. */
import { existsSync } from "node:fs";
import { z } from "zod";
import type { StorePath } from "../../domain/ids.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { NixInstallation } from "./installation.ts";

const TIMEOUT_MS = 60_000;

/**
 * @param store URL; this machine's own store when left out
 * Fails with `nix/store-unknown`.
 */
export async function presentPaths(
  nix: NixInstallation,
  paths: readonly StorePath[],
  store: string | undefined,
  signal: AbortSignal,
): Promise<Result<ReadonlySet<StorePath>>> {
  const possible = store === undefined ? paths.filter((path) => existsSync(path)) : paths;
  if (possible.length === 0) return ok(new Set());
  const place = store === undefined ? [] : ["--store", store];
  // What a cache lacked an hour ago may have been pushed since.
  const fresh = ["--option", "narinfo-cache-negative-ttl", "0"];
  const format = nix.capabilities.jsonFormats ? ["--json-format", "2"] : [];
  const args = ["path-info", "--json", ...format, ...fresh, ...place, ...possible];
  const call = await nix.run({ args, signal, timeoutMs: TIMEOUT_MS });
  if (!call.ok) {
    const { what, detail } = call.error.failure;
    return err(
      failure("nix/store-unknown", `the store does not answer: ${what}`, detail === undefined ? {} : { detail }),
    );
  }
  const known = validIn(call.value.stdout);
  return known === undefined
    ? err(failure("nix/store-unknown", "the store's answer does not have a form that is known"))
    : ok(new Set(paths.filter((path) => known.has(path))));
}

// Up to 2.18 a list, in which a missing path is not valid; then a map from paths, in which it is null; since 2.33 on
// request the map is a part and its paths are without the folder.
const listed = z.array(z.object({ path: z.string(), valid: z.boolean().optional() }));
const versioned = z
  .object({ version: z.number(), storeDir: z.string(), info: z.record(z.string(), z.unknown()) })
  .transform(({ storeDir, info }) =>
    Object.fromEntries(Object.entries(info).map(([name, known]) => [`${storeDir}/${name}`, known])),
  );
const mapped = z.record(z.string(), z.unknown());

function validIn(json: string): ReadonlySet<string> | undefined {
  const answer = z.union([listed, versioned, mapped]).safeParse(parsed(json)).data;
  if (answer === undefined) return undefined;
  if (Array.isArray(answer)) return new Set(answer.flatMap(({ path, valid }) => (valid === false ? [] : [path])));
  return new Set(Object.entries(answer).flatMap(([path, info]) => (info === null ? [] : [path])));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
