/** Reads what a built closure says it manages. */
import { z } from "zod";
import type { StorePath } from "../../domain/ids.ts";
import { type Manifest, manifestSchema } from "../../domain/manifest/manifest.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { StoreFiles } from "../../ports/store-files.ts";

const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

/** Fails with `nix/bad-manifest`. */
export async function readManifest(system: StorePath, files: StoreFiles): Promise<Result<Manifest>> {
  const file = `${system}/manifest.json`;
  const bytes = await files.read(file, MAX_MANIFEST_BYTES);
  if (bytes === undefined) return err(badManifest(file, "the file cannot be read"));
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    return err(badManifest(file, error instanceof Error ? error.message : String(error)));
  }
  const manifest = manifestSchema.safeParse(content);
  return manifest.success ? ok(manifest.data) : err(badManifest(file, z.prettifyError(manifest.error)));
}

const badManifest = (file: string, problem: string): Failure =>
  failure("nix/bad-manifest", "the closure's manifest cannot be used", {
    expected: `${file} in format 1`,
    detail: problem,
    next: "Update the flake's NixFleet input to the CLI's version: nix flake update nixfleet.",
  });
