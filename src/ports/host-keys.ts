/** Keys of hosts of which nothing is known: shown to a person, and taken once that person vouched for them. */
import type { HostName } from "../domain/ids.ts";

export interface NewHostKeys {
  /** Called by the transport with a key's blob; remembers it as offered. True when a person vouched for it. */
  judge(host: HostName, key: Uint8Array): boolean;
  /** What the host showed last, if it was not known. */
  offered(host: HostName): OfferedKey | undefined;
  /** From now on a host that shows a key of this fingerprint is believed, and its key remembered. */
  vouchFor(fingerprint: string): void;
}

export interface OfferedKey {
  /** `SHA256:…` */
  readonly fingerprint: string;
  /** As people know it, such as ED25519. */
  readonly type: string;
  /** `ssh-ed25519 AAAA…`, for the inventory. */
  readonly line: string;
}
