/** Signs closures with the fleet's key, and remembers which are signed. */
import { join } from "node:path";
import type { StorePath } from "../../domain/ids.ts";
import { firstNixWith } from "../../domain/nix/capabilities.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { NixInstallation } from "./installation.ts";
import { readKeyFile } from "./key-file.ts";
import { pathMemory } from "./path-memory.ts";

export interface Signer {
  /** The key's public half, as nix.conf names it. */
  publicKey(): Promise<Result<string>>;
  /** Signs what is not known to be signed. */
  sign(paths: readonly StorePath[], signal: AbortSignal): Promise<Result<void>>;
  /** Signs in another store, as the daemon at the URL describes the paths. */
  signThere(paths: readonly StorePath[], store: string, signal: AbortSignal): Promise<Result<void>>;
  /** Signs again whatever is remembered, for when a host found a signature missing. */
  signAgain(paths: readonly StorePath[], signal: AbortSignal): Promise<Result<void>>;
}

const TIMEOUT_MS = 30 * 60_000;

export function signer(nix: NixInstallation, cacheDir: string, keyFile: string): Signer {
  const sign = async (paths: readonly StorePath[], signal: AbortSignal, again: boolean): Promise<Result<void>> => {
    const key = await readKeyFile(keyFile);
    if (!key.ok) return key;
    const signed = pathMemory(join(cacheDir, "signed", `${encodeURIComponent(key.value.publicKey)}.json`));
    const known = again ? new Set() : await signed.known(paths);
    const unsigned = [...new Set(paths)].filter((path) => !known.has(path));
    if (unsigned.length === 0) return ok(undefined);
    const args = ["store", "sign", "--recursive", "--key-file", keyFile, ...unsigned];
    const call = await nix.run({ args, signal, timeoutMs: TIMEOUT_MS });
    if (!call.ok) return err(signFailure(call.error.failure, nix));
    await signed.remember(unsigned);
    return ok(undefined);
  };
  return {
    publicKey: async () => {
      const key = await readKeyFile(keyFile);
      return key.ok ? ok(key.value.publicKey) : key;
    },
    sign: (paths, signal) => sign(paths, signal, false),
    signThere: async (paths, store, signal) => {
      const key = await readKeyFile(keyFile);
      if (!key.ok) return key;
      const args = ["store", "sign", "--store", store, "--recursive", "--key-file", keyFile, ...new Set(paths)];
      const call = await nix.run({ args, signal, timeoutMs: TIMEOUT_MS });
      return call.ok ? ok(undefined) : err(signFailure(call.error.failure, nix));
    },
    signAgain: (paths, signal) => sign(paths, signal, true),
  };
}

function signFailure(cause: Failure, nix: NixInstallation): Failure {
  if (cause.code !== "nix/command-failed") return cause;
  const advice = nix.capabilities.untrustedSigning
    ? {}
    : {
        next: `With this Nix only root and trusted users may sign; install Nix ${firstNixWith("untrustedSigning")} or newer.`,
      };
  return failure("nix/sign-failed", `signing failed: ${cause.what}`, {
    ...(cause.detail === undefined ? {} : { detail: cause.detail }),
    ...advice,
  });
}
