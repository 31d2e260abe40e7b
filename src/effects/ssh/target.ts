/** Everything that is known of one SSH endpoint before it is dialled. */
import type { HostIdentity, HostKnowledge } from "../../domain/known-hosts/verdict.ts";
import type { SshConfig } from "../../domain/ssh-config/parse.ts";
import type { AgentKey } from "./agent.ts";
import type { IdentityFile } from "./identities.ts";

export interface SshTarget {
  /** The name that was asked for: an address of the inventory, or a hop. */
  readonly alias: string;
  readonly config: SshConfig;
  readonly hostKeys: HostKeyPolicy;
  readonly credentials: Credentials;
  /** The way there, first hop first. */
  readonly jumps: readonly SshTarget[];
  /** Arguments that make `ssh` resolve the same: -p, -l, -i, -J. */
  readonly sshArguments: readonly string[];
}

export interface HostKeyPolicy {
  readonly identity: HostIdentity;
  readonly knowledge: HostKnowledge;
  /** Keys of the inventory; nothing else is accepted then. */
  readonly pinned?: readonly string[];
  readonly unknownKeys: "refuse" | "accept" | "accept-any";
  /** The user's known_hosts files; new keys go into the first. */
  readonly userFiles: readonly string[];
  /** Asked of a key when none is known: whether a person vouched for it. */
  readonly vouchedFor?: (key: Buffer) => boolean;
}

export interface Credentials {
  readonly files: readonly IdentityFile[];
  readonly agentSocket?: string;
  /** In the order in which they are offered; already filtered by IdentitiesOnly. */
  readonly agentKeys: readonly AgentKey[];
}

/** Tells one endpoint from another: for sharing jump connections and for finding loops. */
export const endpointOf = ({ user, hostname, port }: SshConfig): string => `${user}@${hostname}:${port}`;
