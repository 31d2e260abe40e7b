/** Brings closures into a store for others to fetch from: a binary cache, another machine, a folder. */
import { broughtPaths } from "../../domain/nix/log.ts";
import { shownStoreUrl } from "../../domain/nix/store-url.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { CopyOutcome, PushRequest } from "../../ports/nix-builder.ts";
import { type CopyMeans, signedSource } from "./copy.ts";
import type { NixInstallation } from "./installation.ts";

const TIMEOUT_MS = 12 * 60 * 60_000;
const SILENCE_MS = 10 * 60_000;

/** Only what the store lacks travels. Fails with `nix/push-failed`; a password in the URL is not told. */
export async function pushClosures(
  nix: NixInstallation,
  { paths, from, url, signal, onProgress }: PushRequest,
  { signer, urls }: Pick<CopyMeans, "signer" | "urls">,
): Promise<Result<CopyOutcome>> {
  // Nix takes an empty list for the current folder.
  if (paths.length === 0) return ok({ copiedPaths: 0, copiedBytes: 0 });
  const source = from === undefined ? ok(undefined) : await signedSource(from, paths, signal, { signer, urls });
  if (!source.ok) return source;
  const call = await nix.run({
    args: ["copy", ...(source.value === undefined ? [] : ["--from", source.value]), "--to", url, ...new Set(paths)],
    signal,
    timeoutMs: TIMEOUT_MS,
    idleTimeoutMs: SILENCE_MS,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (!call.ok) return err(pushFailure(call.error.failure, url));
  return ok({ copiedPaths: broughtPaths(call.value.log), copiedBytes: call.value.log.copied.bytes });
}

function pushFailure(cause: Failure, url: string): Failure {
  if (cause.code === "nix/interrupted") return cause;
  const shown = shownStoreUrl(url);
  const told = (text: string): string => text.replaceAll(url, shown);
  return failure("nix/push-failed", `the closures cannot be brought to ${shown}: ${told(cause.what)}`, {
    ...(cause.detail === undefined ? {} : { detail: told(cause.detail) }),
  });
}
