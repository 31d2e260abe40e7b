/** The fleet's signing key: make one, show its public half. */
import { isKeyName, keyNameFrom, type SecretKey } from "../domain/nix/signing-key.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, type Result } from "../domain/outcome/result.ts";
import type { SigningKeys } from "../ports/signing-keys.ts";

export interface KeyRequest {
  /** What hosts know the key by; made from `fleet` when left out. */
  readonly name?: string;
  /** Where the secret goes; the default file when left out. */
  readonly file?: string;
  /** Name of the fleet's folder. */
  readonly fleet: string;
}

export interface MadeKey {
  readonly key: SecretKey;
  readonly file: string;
}

export async function generateKey(request: KeyRequest, keys: SigningKeys): Promise<Result<MadeKey>> {
  const name = request.name ?? keyNameFrom(request.fleet);
  if (!isKeyName(name)) {
    return err(
      failure("nix/key-invalid", "a signing key cannot have this name", {
        expected: "a letter or digit, then letters, digits, dots, dashes and underscores, such as example-fleet-1",
        found: name,
      }),
    );
  }
  const file = request.file ?? keys.defaultFile;
  const key = await keys.generate(name, file);
  return key.ok ? { ok: true, value: { key: key.value, file } } : key;
}

/** @param file the default file when left out */
export const showKey = (file: string | undefined, keys: SigningKeys): Promise<Result<SecretKey>> =>
  keys.read(file ?? keys.defaultFile);
