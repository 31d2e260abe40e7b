/** Values of secrets on the machine that runs the CLI. */
import type { ManagedSecret } from "../domain/manifest/secrets.ts";
import type { Result } from "../domain/outcome/result.ts";

export interface SecretStore {
  /**
   * The value: decrypts the file, or runs the command, once for all hosts that share it. Fails with `secrets/*`, also when the
   * file is not the one that the closure was made with.
   */
  open(secret: Pick<ManagedSecret, "name" | "source">, signal: AbortSignal): Promise<Result<Uint8Array>>;
  /** What was opened so far from files of age, by file. */
  opened(): Promise<ReadonlyMap<string, Uint8Array>>;
}
