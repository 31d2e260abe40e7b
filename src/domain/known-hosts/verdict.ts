/** Judges the key that a host shows by what is known of the host. */
import { knownHostName, matchesHostField } from "./match.ts";
import { isKey, type KnownHost, keyTypeOf } from "./parse.ts";

export interface HostIdentity {
  /** The name to look under: HostKeyAlias if there is one, else the host name that is dialled. */
  readonly name: string;
  readonly port: number;
  /** An alias stands without port in known_hosts. */
  readonly isAlias: boolean;
}

/** What is known of one host, from all files, in their order. */
export interface HostKnowledge {
  readonly keys: readonly KnownHost[];
  readonly revoked: readonly KnownHost[];
  readonly authorities: readonly KnownHost[];
  /** Keys of the same name without its port: they may vouch for the host, but their absence says nothing. */
  readonly withoutPort: readonly KnownHost[];
}

export type KeyVerdict =
  | { readonly kind: "known"; readonly by: KnownHost }
  | { readonly kind: "unknown" }
  /** Other keys are known for this host; `known` is the one to show, of the same type when there is one. */
  | { readonly kind: "changed"; readonly known: KnownHost }
  | { readonly kind: "revoked"; readonly by: KnownHost };

/** Picks the entries that mean this host. */
export function knowledgeOf(host: HostIdentity, entries: readonly KnownHost[]): HostKnowledge {
  const name = host.isAlias ? host.name.toLowerCase() : knownHostName(host.name, host.port);
  const meant = entries.filter((entry) => matchesHostField(entry.hosts, name));
  const bare = host.name.toLowerCase();
  const withoutPort = name === bare ? [] : entries.filter((entry) => matchesHostField(entry.hosts, bare));
  return {
    keys: meant.filter((entry) => entry.marker === "none"),
    revoked: [...meant, ...withoutPort].filter((entry) => entry.marker === "revoked"),
    authorities: meant.filter((entry) => entry.marker === "cert-authority"),
    withoutPort: withoutPort.filter((entry) => entry.marker === "none"),
  };
}

/**
 * Takes the key as the blob that the host sent. Stricter than ssh in one point: a host that is known by keys of other
 * types only counts as changed, since a key of a known type was asked for first.
 */
export function judgeKey(blob: Uint8Array, knowledge: HostKnowledge): KeyVerdict {
  const key = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  const same = (entry: KnownHost): boolean => Buffer.from(entry.key, "base64").equals(key);
  const revoked = knowledge.revoked.find(same);
  if (revoked !== undefined) return { kind: "revoked", by: revoked };
  const by = knowledge.keys.find(same);
  if (by !== undefined) return { kind: "known", by };
  const keyType = keyTypeOf(key);
  const known = knowledge.keys.find((entry) => entry.keyType === keyType) ?? knowledge.keys[0];
  if (known !== undefined) return { kind: "changed", known };
  const vouching = knowledge.withoutPort.find(same);
  return vouching === undefined ? { kind: "unknown" } : { kind: "known", by: vouching };
}

/** Keys that the inventory pins: nothing else is known of the host. Undefined when one of them is no public key. */
export function pinnedKnowledge(hostKeys: readonly string[], file: string): HostKnowledge | undefined {
  const keys = hostKeys.map((text, index): KnownHost | undefined => {
    const [keyType = "", key = ""] = text.trim().split(/\s+/);
    return isKey(keyType, key) ? { marker: "none", hosts: "*", keyType, key: key, file, line: index + 1 } : undefined;
  });
  if (!keys.every((key) => key !== undefined)) return undefined;
  return { keys, revoked: [], authorities: [], withoutPort: [] };
}

/** Key types known for the host, best known first; an empty list means that nothing is known. */
export function knownKeyTypes(knowledge: HostKnowledge): readonly string[] {
  const keys = knowledge.keys.length > 0 ? knowledge.keys : knowledge.withoutPort;
  return [...new Set(keys.map((key) => key.keyType))];
}
