/** Brings closures to a host: through its forwarded daemon socket, from its own caches where it is to use them. */
import { existsSync } from "node:fs";
import type { StorePath } from "../../domain/ids.ts";
import { broughtPaths } from "../../domain/nix/log.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { CopyOutcome, CopyRequest, DaemonStore, FetchRequest, OtherStore } from "../../ports/nix-builder.ts";
import { fetchThere, vouchThere } from "./fetch.ts";
import type { NixInstallation } from "./installation.ts";
import { daemonUrl, type StoreUrls } from "./other-store.ts";
import type { Signer } from "./sign.ts";

const TIMEOUT_MS = 12 * 60 * 60_000;
/** Nix reports each path and the bytes of large ones; a daemon that is silent for so long is gone. */
const SILENCE_MS = 10 * 60_000;

const NO_KEY =
  "This fleet signs nothing: make a key with `nixfleet keys generate` and name it as fleet.signingKey in the inventory.";

export interface CopyMeans {
  readonly signer: Signer | undefined;
  readonly urls: StoreUrls;
  /** The paths of a closure, as far as they are known. */
  readonly closure: (path: StorePath, from: OtherStore | undefined) => Promise<readonly StorePath[]>;
}

/** Only what the host lacks travels, and of that only what it cannot fetch by itself where it is to do so. */
export async function copyClosures(
  nix: NixInstallation,
  request: CopyRequest,
  means: CopyMeans,
): Promise<Result<CopyOutcome>> {
  const { socket, paths, from, signal } = request;
  const nothing = { copiedPaths: 0, copiedBytes: 0 };
  if (paths.length === 0 || (socket === undefined && from === undefined)) return ok(nothing);
  const signed = await signThere(from, paths, signal, means);
  if (!signed.ok) return err(copyFailure(signed.error, request));
  const store = socket === undefined ? undefined : { kind: "daemon" as const, socket };
  const fetched =
    store === undefined || request.substitutes !== true
      ? undefined
      : await fetchThere(nix, request, store, means.closure);
  const copied = fetched?.complete === true ? ok(nothing) : await copyRest(nix, request, store, means);
  if (!copied.ok) return err(copyFailure(copied.error, request));
  if (store === undefined || fetched === undefined) return copied;
  await vouchThere(nix, request, store, means.urls);
  return ok({ ...copied.value, fetched: fetched.outcome });
}

/** What a builder made is vouched for by whoever chose the builder: the fleet. */
async function signThere(
  from: OtherStore | undefined,
  paths: readonly StorePath[],
  signal: AbortSignal,
  { signer }: Pick<CopyMeans, "signer">,
): Promise<Result<void>> {
  return from?.kind === "daemon" && signer !== undefined
    ? signer.signThere(paths, daemonUrl(from), signal)
    : ok(undefined);
}

/** URL of a store to read from, once the closures there carry the fleet's signature. */
export async function signedSource(
  from: OtherStore,
  paths: readonly StorePath[],
  signal: AbortSignal,
  { signer, urls }: Pick<CopyMeans, "signer" | "urls">,
): Promise<Result<string>> {
  const signed = await signThere(from, paths, signal, { signer });
  return signed.ok ? urls.from(from) : signed;
}

/** Into this machine's store, whose own settings need not know the fleet's key. */
export async function fetchClosures(
  nix: NixInstallation,
  request: FetchRequest,
  means: Pick<CopyMeans, "signer" | "urls">,
): Promise<Result<CopyOutcome>> {
  const { paths, from, signal } = request;
  const source = await signedSource(from, paths, signal, means);
  if (!source.ok) return source;
  const key = means.signer === undefined ? ok(undefined) : await means.signer.publicKey();
  if (!key.ok) return key;
  const copied = await copyOnce(nix, request, source.value, undefined, key.value);
  return copied.ok ? copied : err(fetchFailure(copied.error, request));
}

function fetchFailure(cause: Failure, request: FetchRequest): Failure {
  if (cause.code !== "nix/unsigned-path") return copyFailure(cause, request);
  return failure(cause.code, "this machine's Nix refused a store path that no key it trusts has signed", {
    host: request.host,
    ...(cause.detail === undefined ? {} : { detail: cause.detail }),
    next: "Put the line that `nixfleet keys show` prints into trusted-public-keys of this machine's nix.conf.",
  });
}

/**
 * A lost connection is tried once more; a signature that got lost (the path was collected and built again) is made once
 * more.
 */
async function copyRest(
  nix: NixInstallation,
  request: CopyRequest,
  to: DaemonStore | undefined,
  { signer, urls }: CopyMeans,
): Promise<Result<CopyOutcome>> {
  const { from, paths, signal } = request;
  const lacking = from === undefined ? paths.find((path) => !existsSync(path)) : undefined;
  if (lacking !== undefined) return err(failure("nix/closure-missing", "the closure is not in this machine's store"));
  const source = from === undefined ? ok(undefined) : await urls.from(from);
  if (!source.ok) return source;
  const copy = () => copyOnce(nix, request, source.value, to);
  const first = await copy();
  if (first.ok) return first;
  if (first.error.code === "nix/daemon-lost") return copy();
  if (first.error.code !== "nix/unsigned-path" || from !== undefined) return first;
  if (signer === undefined) return err({ ...first.error, next: NO_KEY });
  const signed = await signer.signAgain(paths, signal);
  return signed.ok ? copy() : signed;
}

async function copyOnce(
  nix: NixInstallation,
  { paths, signal, onProgress }: Pick<CopyRequest, "paths" | "signal" | "onProgress">,
  source: string | undefined,
  to: DaemonStore | undefined,
  trustedKey?: string,
): Promise<Result<CopyOutcome>> {
  const call = await nix.run({
    // No flag lets unsigned paths in: the host's daemon decides by its own keys.
    args: [
      "copy",
      ...(trustedKey === undefined ? [] : ["--option", "extra-trusted-public-keys", trustedKey]),
      ...(source === undefined ? [] : ["--from", source]),
      ...(to === undefined ? [] : ["--to", daemonUrl(to)]),
      ...new Set<StorePath>(paths),
    ],
    signal,
    timeoutMs: TIMEOUT_MS,
    idleTimeoutMs: SILENCE_MS,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  if (!call.ok) return err(call.error.failure);
  const { log } = call.value;
  return ok({ copiedPaths: broughtPaths(log), copiedBytes: log.copied.bytes });
}

/** Words the failure in terms of the host. */
function copyFailure(cause: Failure, { host }: Pick<CopyRequest, "host">): Failure {
  const evidence = cause.detail === undefined ? {} : { detail: cause.detail };
  switch (cause.code) {
    case "nix/unsigned-path":
      return failure(cause.code, "the host refused a store path that no trusted key has signed", {
        host,
        ...evidence,
        next:
          cause.next ??
          "Put the line that `nixfleet keys show` prints into trusted-public-keys of the host's nix.conf.",
      });
    case "nix/store-full":
      return failure(cause.code, "the disk with the host's Nix store is full", {
        host,
        ...evidence,
        next: "Forget old generations there with `nixfleet gc --collect`, or enlarge the disk.",
      });
    case "nix/daemon-denied":
    case "nix/daemon-lost":
      return failure(cause.code, cause.what, {
        host,
        ...evidence,
        next: "See `journalctl -u nix-daemon` on the host.",
      });
    case "nix/closure-missing":
      return failure(cause.code, cause.what, {
        host,
        next: "plan again on this machine, or name a store that has it as fleet.cache",
      });
    case "nix/command-failed":
      return failure("nix/copy-failed", `the closure cannot be copied: ${cause.what}`, { host, ...evidence });
    default:
      return { ...cause, host };
  }
}
