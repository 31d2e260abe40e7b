/** Copies closures through a forwarded daemon socket. */
import type { StorePath } from "../../domain/ids.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { CopyOutcome, CopyRequest } from "../../ports/nix-builder.ts";
import type { NixInstallation } from "./installation.ts";
import type { Signer } from "./sign.ts";

const TIMEOUT_MS = 12 * 60 * 60_000;
/** Nix reports each path and the bytes of large ones; a daemon that is silent for so long is gone. */
const SILENCE_MS = 10 * 60_000;

const NO_KEY =
  "This fleet signs nothing: make a key with `nixfleet keys generate` and name it as fleet.signingKey in the inventory.";

/**
 * Only what the host lacks travels. A lost connection is tried once more; a signature that got lost (the path was collected
 * and built again) is made once more.
 */
export async function copyClosures(
  nix: NixInstallation,
  request: CopyRequest,
  signer: Signer | undefined,
): Promise<Result<CopyOutcome>> {
  const { socket, paths } = request;
  if (socket === undefined || paths.length === 0) return ok({ copiedPaths: 0, copiedBytes: 0 });
  const first = await copyOnce(nix, request, socket);
  if (first.ok) return first;
  if (first.error.code === "nix/daemon-lost") return copyOnce(nix, request, socket);
  if (first.error.code !== "nix/unsigned-path") return first;
  if (signer === undefined) return err({ ...first.error, next: NO_KEY });
  const signed = await signer.signAgain(paths, request.signal);
  return signed.ok ? copyOnce(nix, request, socket) : signed;
}

async function copyOnce(nix: NixInstallation, request: CopyRequest, socket: string): Promise<Result<CopyOutcome>> {
  const call = await nix.run({
    // No flag lets unsigned paths in: the host's daemon decides by its own keys.
    args: ["copy", "--to", `unix://${socket}`, ...new Set<StorePath>(request.paths)],
    signal: request.signal,
    timeoutMs: TIMEOUT_MS,
    idleTimeoutMs: SILENCE_MS,
    ...(request.onProgress === undefined ? {} : { onProgress: request.onProgress }),
  });
  if (!call.ok) return err(copyFailure(call.error.failure, request));
  const { paths, bytes } = call.value.log.copied;
  return ok({ copiedPaths: paths, copiedBytes: bytes });
}

/** Words the failure in terms of the host. */
function copyFailure(cause: Failure, { host }: CopyRequest): Failure {
  const evidence = cause.detail === undefined ? {} : { detail: cause.detail };
  switch (cause.code) {
    case "nix/unsigned-path":
      return failure(cause.code, "the host refused a store path that no trusted key has signed", {
        host,
        ...evidence,
        next: "Put the line that `nixfleet keys show` prints into trusted-public-keys of the host's nix.conf.",
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
    case "nix/command-failed":
      return failure("nix/copy-failed", `the closure cannot be copied: ${cause.what}`, { host, ...evidence });
    default:
      return { ...cause, host };
  }
}
