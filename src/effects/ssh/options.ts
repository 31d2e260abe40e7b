/** What the transport needs from outside. */
import type { Clock } from "../../ports/clock.ts";
import type { NewHostKeys } from "../../ports/host-keys.ts";

export interface TransportOptions {
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Read in place of ~/.ssh/config and /etc/ssh/ssh_config, as with `ssh -F`. */
  readonly sshConfig?: string;
  /** Where resolved configurations are kept between runs; none are when left out. */
  readonly cacheFolder?: string;
  /** Accepts whatever key a host shows, warning for each host. The only way round verification. */
  readonly insecureAcceptAnyHostKey?: boolean;
  /** Asks for the passphrase of an encrypted key; undefined as an answer gives the key up. Left out: nobody to ask. */
  readonly askPassphrase?: (path: string) => Promise<string | undefined>;
  /** For hosts of which no key is known yet. */
  readonly newHostKeys?: NewHostKeys;
  /** One line for people. */
  readonly onWarning?: (text: string) => void;
  /** Commands that speak over standard input and output what a socket of the host speaks, by the socket's path. */
  readonly bridges?: ReadonlyMap<string, string>;
}
