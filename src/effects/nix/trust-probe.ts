/** Proves by trying whom a host's Nix daemon believes. */
import { randomBytes } from "node:crypto";
import { type HostName, parseStorePath, type StorePath } from "../../domain/ids.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { TrustProof } from "../../ports/nix-builder.ts";
import type { NixInstallation } from "./installation.ts";
import type { Signer } from "./sign.ts";

export interface TrustQuestion {
  readonly host: HostName;
  /** Local path of the host's daemon socket; absent for this machine's own store, which has nothing to refuse. */
  readonly socket?: string;
  readonly signal: AbortSignal;
}

export type TrustProber = (question: TrustQuestion) => Promise<Result<TrustProof>>;

const TIMEOUT_MS = 120_000;

/** The paths are made once for each process, under names that no host has: a path that is there already proves nothing. */
export function createTrustProber(nix: NixInstallation, signer: Signer | undefined): TrustProber {
  let unsigned: Promise<Result<StorePath>> | undefined;
  let signed: Promise<Result<StorePath>> | undefined;
  return async ({ host, socket, signal }) => {
    if (socket === undefined) return ok({ signed: signer === undefined ? "no-key" : "accepted", unsigned: "refused" });
    unsigned ??= newPath(nix, signal);
    // Only from a user that the daemon believes anyway does it take the word that nothing need be checked.
    const bare = await offer(nix, await unsigned, ["--no-check-sigs", "--to", `unix://${socket}`], signal);
    if (!bare.ok) return err({ ...bare.error, host });
    if (signer === undefined) return ok({ signed: "no-key", unsigned: bare.value });
    signed ??= signedPath(nix, signer, signal);
    const vouched = await offer(nix, await signed, ["--to", `unix://${socket}`], signal);
    return vouched.ok ? ok({ signed: vouched.value, unsigned: bare.value }) : err({ ...vouched.error, host });
  };
}

// Nix builds it by itself, on every system, out of nothing. Not addressed by its content: such paths need no signature.
const expression = (name: string): string =>
  `derivation { name = "${name}"; system = "builtin"; builder = "builtin:buildenv"; derivations = ""; manifest = "/dev/null"; }`;

async function newPath(nix: NixInstallation, signal: AbortSignal): Promise<Result<StorePath>> {
  const name = `nixfleet-trust-${randomBytes(12).toString("hex")}`;
  const args = ["build", "--no-link", "--print-out-paths", "--expr", expression(name)];
  const built = await nix.run({ args, signal, timeoutMs: TIMEOUT_MS });
  if (!built.ok) return err(built.error.failure);
  const path = parseStorePath(built.value.stdout.trim());
  if (path === undefined) throw new Error(`nix build printed no store path: ${built.value.stdout}`);
  return ok(path);
}

async function signedPath(nix: NixInstallation, signer: Signer, signal: AbortSignal): Promise<Result<StorePath>> {
  const path = await newPath(nix, signal);
  if (!path.ok) return path;
  const signature = await signer.signAgain([path.value], signal);
  return signature.ok ? path : signature;
}

async function offer(
  nix: NixInstallation,
  path: Result<StorePath>,
  options: readonly string[],
  signal: AbortSignal,
): Promise<Result<"accepted" | "refused">> {
  if (!path.ok) return path;
  const args = ["copy", ...options, path.value];
  const copied = await nix.run({ args, signal, timeoutMs: TIMEOUT_MS });
  if (copied.ok) return ok("accepted");
  const { failure } = copied.error;
  return failure.code === "nix/unsigned-path" ? ok("refused") : err(failure);
}
