/** The digest by which a host's secrets are compared. */
import { createHash } from "node:crypto";

/**
 * sha256 over the host's key and a sha256 over the key and the value, as backends/host/28-secret-files.sh computes it.
 * Without the key, which only root of that host can read, nobody can try guesses against it.
 * @param key 64 hexadecimal digits
 */
export function secretDigest(key: string, value: Uint8Array): string {
  const inner = createHash("sha256").update(`${key}\n`).update(value).digest("hex");
  return createHash("sha256").update(`${key}\n${inner}\n`).digest("hex");
}
