/** The file with the fleet's secret signing key. */
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseSecretKey, type SecretKey } from "../../domain/nix/signing-key.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { NixSettings } from "./settings.ts";

/**
 * The key to sign with: the one that the environment names, else the inventory's, else the default file if it is there.
 * Undefined when the fleet has no key.
 */
export function chosenKeyFile({
  env,
  signingKeyFile,
}: Pick<NixSettings, "env" | "signingKeyFile">): string | undefined {
  if (env.NIXFLEET_SIGNING_KEY) return env.NIXFLEET_SIGNING_KEY;
  if (signingKeyFile !== undefined) return signingKeyFile;
  const file = defaultKeyFile(env);
  return existsSync(file) ? file : undefined;
}

/** `NIXFLEET_SIGNING_KEY`, else `signing-key` in NixFleet's configuration folder. */
export function defaultKeyFile(env: NixSettings["env"]): string {
  if (env.NIXFLEET_SIGNING_KEY) return env.NIXFLEET_SIGNING_KEY;
  const config = env.XDG_CONFIG_HOME?.startsWith("/") ? env.XDG_CONFIG_HOME : join(env.HOME || homedir(), ".config");
  return join(config, "nixfleet", "signing-key");
}

/** Fails with `nix/key-missing` or `nix/key-invalid`; a key that others may read counts as invalid. */
export async function readKeyFile(file: string): Promise<Result<SecretKey>> {
  let text: string;
  let mode: number;
  try {
    text = await readFile(file, "utf8");
    mode = (await stat(file)).mode & 0o777;
  } catch (error) {
    return err(missing(file, error instanceof Error ? error.message : String(error)));
  }
  const key = parseSecretKey(text);
  if (key === undefined) return err(invalid(file));
  return (mode & 0o077) === 0 ? ok(key) : err(exposed(file, mode));
}

const missing = (file: string, reason: string): Failure =>
  failure("nix/key-missing", "the fleet's signing key cannot be read", {
    expected: `a secret key in ${file}`,
    found: reason,
    next: "Make one with `nixfleet keys generate`, or name yours with NIXFLEET_SIGNING_KEY.",
  });

const exposed = (file: string, mode: number): Failure =>
  failure("nix/key-invalid", "others on this machine may read the fleet's signing key", {
    expected: "mode 0600",
    found: `mode ${mode.toString(8).padStart(4, "0")} of ${file}`,
    next: `Run: chmod 600 '${file}'; if it was read, make a new key and replace it on the hosts.`,
  });

const invalid = (file: string): Failure =>
  failure("nix/key-invalid", "the file holds no signing key of Nix", {
    expected: "one line NAME:BASE64 with a secret key",
    found: file,
    next: "Make a key with `nixfleet keys generate`.",
  });
