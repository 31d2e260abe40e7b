/** Hands signatures that this machine's store has to a host's store: for paths that were there before their signature. */
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LendRequest } from "../../ports/nix-builder.ts";
import type { NixInstallation } from "./installation.ts";
import type { Signer } from "./sign.ts";

const TIMEOUT_MS = 10 * 60_000;

export async function lendSignatures(
  nix: NixInstallation,
  { paths, socket, signal }: LendRequest,
  signer: Signer | undefined,
): Promise<Result<void>> {
  // A path that was collected and built again here has lost its own.
  const signed = await signer?.signAgain(paths, signal);
  if (signed?.ok === false) return signed;
  const args = ["store", "copy-sigs", "--store", `unix://${socket}`, "--substituter", "auto", ...paths];
  const lent = await nix.run({ args, signal, timeoutMs: TIMEOUT_MS });
  return lent.ok ? ok(undefined) : err(lent.error.failure);
}
