/** The fleet's signing keys as files of the machine that runs the CLI. */
import type { SecretKey } from "../domain/nix/signing-key.ts";
import type { Result } from "../domain/outcome/result.ts";

export interface SigningKeys {
  /** The file that is meant when none is named: NIXFLEET_SIGNING_KEY, else one in the user's configuration folder. */
  readonly defaultFile: string;
  /** Writes a new key, readable by its owner alone. Never overwrites: fails with `nix/key-exists`. */
  generate(name: string, file: string): Promise<Result<SecretKey>>;
  /** Fails with `nix/key-missing` or `nix/key-invalid`. */
  read(file: string): Promise<Result<SecretKey>>;
}
