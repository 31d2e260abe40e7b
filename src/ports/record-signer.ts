/** Signs deploy records with the fleet's key. */
import type { Result } from "../domain/outcome/result.ts";

export interface RecordSigner {
  /** Gives the record with its signature behind it, as hosts take it. Fails with `nix/key-missing` or `nix/key-invalid`. */
  sign(record: string): Promise<Result<Uint8Array>>;
  /** Whether the operator asked to go on where a host's serial is too far ahead. */
  readonly overrideSerial: boolean;
}
