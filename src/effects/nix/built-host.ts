/** A host's closure, once it is in some store. */
import type { StorePath } from "../../domain/ids.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { BuiltHost, EvaluatedHost } from "../../ports/nix-builder.ts";
import type { StoreFiles } from "../../ports/store-files.ts";
import { readManifest } from "./manifest.ts";

/** Fails with `nix/bad-manifest`. */
export async function builtHost(
  { host, outPath, description }: EvaluatedHost,
  files: StoreFiles,
): Promise<Result<BuiltHost>> {
  const manifest = await readManifest(description?.outPath ?? outPath, files);
  if (!manifest.ok) {
    const isForeign = description === undefined && (await isForeignSystem(outPath, files));
    return isForeign ? ok({ host, system: outPath, manifest: null }) : err({ ...manifest.error, host });
  }
  if (manifest.value.host === host) {
    const described = description === undefined ? {} : { description: description.outPath };
    return ok({ host, system: outPath, manifest: manifest.value, ...described });
  }
  return err(
    failure("nix/bad-manifest", "the closure was made for another host", {
      host,
      expected: `a manifest of ${host}`,
      found: `one of ${manifest.value.host} in ${outPath}`,
    }),
  );
}

const MAX_MARKER_BYTES = 64 * 1024;

/** A NixOS system that nixfleet did not describe: a configuration of the flake's own. */
async function isForeignSystem(path: StorePath, { read }: StoreFiles): Promise<boolean> {
  const [marker, version] = await Promise.all(
    [`${path}/nixfleet-closure`, `${path}/nixos-version`].map((file) => read(file, MAX_MARKER_BYTES)),
  );
  return marker === undefined && version !== undefined;
}
