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

export interface AdapterQuestion {
  /** What the inventory says. */
  readonly asked: "auto" | "ssh2" | "openssh";
  /** The host's configuration and those of its jump hosts, the host first. */
  readonly configs: readonly SshConfig[];
  readonly identities: readonly IdentityFact[];
  /** What known_hosts says of the host. */
  readonly knowledge: HostKnowledge;
  /** There is a Kerberos ticket, so that GSSAPI could succeed. */
  readonly hasTicket: boolean;
}

export function chooseAdapter({ asked, configs, identities, knowledge, hasTicket }: AdapterQuestion): AdapterChoice {
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
  const otherWays = otherLogins(configs, hasTicket);
  if (otherWays[0] !== undefined && identities.length === 0) return openssh(`there is no key, but ${otherWays[0]}`);
  const fromAgent = special.map((identity) => `${kindOf(identity.keyType)} in the agent (${identity.name})`);
  return { adapter: "ssh2", because: "nothing needs the OpenSSH client", fallback: [...fromAgent, ...otherWays] };
}

function otherLogins(configs: readonly SshConfig[], hasTicket: boolean): readonly string[] {
  const allowed = new Set(configs.flatMap((config) => config.openSshAuthentication));
  return [...allowed].filter((name) => name !== "GSSAPIAuthentication" || hasTicket);
}

const openssh = (because: string): AdapterChoice => ({ adapter: "openssh", because, fallback: [] });

const isSpecial = (keyType: string): boolean => keyType.startsWith("sk-") || keyType.includes("-cert-v01@");

const kindOf = (keyType: string): string =>
  keyType.includes("-cert-v01@") ? "a certificate" : "a hardware security key";
