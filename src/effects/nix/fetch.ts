/** A host fetches from its own binary caches what they have of a closure. */
import type { StorePath } from "../../domain/ids.ts";
import { firstLine } from "../../domain/nix/messages.ts";
import { ok } from "../../domain/outcome/result.ts";
import type { CopyRequest, DaemonStore, FetchOutcome, OtherStore } from "../../ports/nix-builder.ts";
import type { NixInstallation } from "./installation.ts";
import { daemonUrl, type StoreUrls } from "./other-store.ts";

const TIMEOUT_MS = 12 * 60 * 60_000;
/** Nix reports each path and the bytes of large ones; a daemon that is silent for so long is gone. */
const SILENCE_MS = 10 * 60_000;

export interface Fetched {
  /** Whether the host has everything now. */
  readonly complete: boolean;
  readonly outcome: FetchOutcome;
}

/**
 * The host's daemon fetches each path that it lacks and its caches have. By `nix copy --substitute-on-destination` it would,
 * too, but a cache that answers nonsense then ends the daemon's process; here it only ends the fetching.
 */
export async function fetchThere(
  nix: NixInstallation,
  { paths, from, signal, onProgress }: CopyRequest,
  to: DaemonStore,
  closureOf: (path: StorePath, from: OtherStore | undefined) => Promise<readonly StorePath[]>,
): Promise<Fetched> {
  const wanted = new Set((await Promise.all(paths.map((path) => closureOf(path, from)))).flat());
  const call = await nix.run({
    args: ["build", "--store", daemonUrl(to), "--keep-going", "--no-link", ...wanted],
    plain: true,
    signal,
    timeoutMs: TIMEOUT_MS,
    idleTimeoutMs: SILENCE_MS,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const { copied, errors } = call.ok ? call.value.log : call.error.log;
  const texts = errors.map(({ raw_msg, msg }) => firstLine(raw_msg ?? msg));
  const trouble = call.ok ? undefined : texts.find((text) => text !== "" && !NOT_IN_CACHE.test(text));
  return {
    complete: call.ok,
    outcome: { paths: copied.paths, bytes: copied.bytes, ...(trouble === undefined ? {} : { trouble }) },
  };
}

/**
 * What a public cache gave carries that cache's signature, and a restricted host wants the fleet's. The signatures of the
 * store that the closure comes from go along; Nix adds only those that fit what the host has. A host that cannot take them
 * (Nix before 2.17) says so itself where it needs them.
 */
export async function vouchThere(
  nix: NixInstallation,
  { paths, from, signal }: CopyRequest,
  to: DaemonStore,
  urls: StoreUrls,
): Promise<void> {
  const source = from === undefined ? ok("auto") : urls.at(from);
  if (!source.ok) return;
  const args = ["store", "copy-sigs", "--store", daemonUrl(to), "--substituter", source.value, "--recursive", ...paths];
  await nix.run({ args, signal, timeoutMs: TIMEOUT_MS, idleTimeoutMs: SILENCE_MS });
}

/** A cache that lacks a path is no trouble: it is sent from here. */
const NOT_IN_CACHE =
  /no substituter that can build it|could not be realised|does not exist in the store|^build of |failed\.?$|due to failed dependenc/i;
