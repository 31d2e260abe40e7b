/** Decides between the two SSH adapters for one host, and says why. */
import type { HostKnowledge } from "../known-hosts/verdict.ts";
import type { SshConfig } from "./parse.ts";

/** What an identity, from a file or from the agent, turned out to be. */
export interface IdentityFact {
  /** Path, or the agent's comment. */
  readonly name: string;
  readonly from: "file" | "agent";
  /** As the public key names it, `ssh-ed25519-cert-v01@openssh.com` for instance. */
  readonly keyType: string;
}

export interface AdapterChoice {
  readonly adapter: "ssh2" | "openssh";
  readonly because: string;
  /** What only OpenSSH can do and might be needed: after a refused login the other adapter gets one try. */
  readonly fallback: readonly string[];
}

/**
 * @param asked what the inventory says
 * @param configs the host's configuration and those of its jump hosts, the host first
 * @param knowledge what known_hosts says of the host
 */
export function chooseAdapter(
  asked: "auto" | "ssh2" | "openssh",
  configs: readonly SshConfig[],
  identities: readonly IdentityFact[],
  knowledge: HostKnowledge,
): AdapterChoice {
  if (asked !== "auto") return { adapter: asked, because: `the inventory says transport: ${asked}`, fallback: [] };
  const only = configs.flatMap((config) => config.openSshOnly);
  if (only[0] !== undefined) return openssh(`the SSH configuration sets ${only.join(", ")}`);
  const special = identities.filter((identity) => isSpecial(identity.keyType));
  const fromFile = special.find((identity) => identity.from === "file");
  if (fromFile !== undefined) return openssh(`${fromFile.name} is ${kindOf(fromFile.keyType)}`);
  if (special[0] !== undefined && special.length === identities.length) {
    return openssh(`the agent has only ${kindOf(special[0].keyType)}`);
  }
  if (knowledge.authorities.length > 0 && knowledge.keys.length === 0) {
    return openssh("the host is known only through a certificate authority");
  }
  const fallback = [
    ...special.map((identity) => `${kindOf(identity.keyType)} in the agent (${identity.name})`),
    ...new Set(configs.flatMap((config) => config.openSshAuthentication)),
  ];
  return { adapter: "ssh2", because: "nothing needs the OpenSSH client", fallback };
}

const openssh = (because: string): AdapterChoice => ({ adapter: "openssh", because, fallback: [] });

const isSpecial = (keyType: string): boolean => keyType.startsWith("sk-") || keyType.includes("-cert-v01@");

const kindOf = (keyType: string): string =>
  keyType.includes("-cert-v01@") ? "a certificate" : "a hardware security key";
