/** What people read when a host's key is not right; the same words for both adapters. */
import { fingerprint, keyTypeName } from "../../domain/known-hosts/fingerprint.ts";
import { knownHostName } from "../../domain/known-hosts/match.ts";
import { type KnownHost, keyTypeOf } from "../../domain/known-hosts/parse.ts";
import { judgeKey } from "../../domain/known-hosts/verdict.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import type { HostKeyPolicy } from "./target.ts";

export type KeyDecision =
  | { readonly kind: "accept" }
  /** Accepted because new hosts are; is to be remembered. */
  | { readonly kind: "accept-new" }
  /** Accepted against better knowledge; says why it would have been refused. */
  | { readonly kind: "accept-anyway"; readonly instead: Failure }
  | { readonly kind: "refuse"; readonly failure: Failure };

/** Takes the key's blob as the host sent it. */
export function decideKey(key: Buffer, policy: HostKeyPolicy): KeyDecision {
  const verdict = judgeKey(key, policy.knowledge);
  if (verdict.kind === "known") return { kind: "accept" };
  if (verdict.kind === "unknown" && (policy.unknownKeys === "accept" || policy.vouchedFor?.(key) === true)) {
    return { kind: "accept-new" };
  }
  const why =
    verdict.kind === "unknown"
      ? unknownKey(key, policy)
      : verdict.kind === "changed"
        ? changedKey(key, verdict.known, policy)
        : revokedKey(key, verdict.by, policy);
  return policy.unknownKeys === "accept-any"
    ? { kind: "accept-anyway", instead: why }
    : { kind: "refuse", failure: why };
}

function unknownKey(key: Buffer, policy: HostKeyPolicy): Failure {
  return failure("transport/host-key-unknown", `the host key of ${nameOf(policy)} is not known`, {
    expected: "a key listed in known_hosts, or pinned as hostKeys in the inventory",
    found: described(key),
    next: `compare that fingerprint with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_${fileName(key)}_key.pub there), then pin \`${keyTypeOf(key)} ${key.toString("base64")}\``,
  });
}

function changedKey(key: Buffer, known: KnownHost, policy: HostKeyPolicy): Failure {
  const pinned = policy.pinned !== undefined;
  const place = pinned ? `hostKeys in the inventory` : `${known.file}:${known.line}`;
  return failure("transport/host-key-changed", `the host key of ${nameOf(policy)} is not the one that is known`, {
    expected: `${described(Buffer.from(known.key, "base64"))}, from ${place}`,
    found: described(key),
    next: pinned
      ? "find out why the key differs; if the host was set up anew, correct hostKeys in the inventory"
      : `find out why the key differs; if the host was set up anew: ssh-keygen -f ${known.file} -R '${nameOf(policy)}'`,
  });
}

const revokedKey = (key: Buffer, by: KnownHost, policy: HostKeyPolicy): Failure =>
  failure("transport/host-key-revoked", `the host key of ${nameOf(policy)} is revoked`, {
    expected: "any other key",
    found: `${described(key)}, revoked in ${by.file}:${by.line}`,
    next: "give the host a new key",
  });

const described = (key: Buffer): string => `${keyTypeName(keyTypeOf(key) ?? "unknown")} ${fingerprint(key)}`;

const fileName = (key: Buffer): string => keyTypeName(keyTypeOf(key) ?? "").toLowerCase();

const nameOf = ({ identity }: HostKeyPolicy): string =>
  identity.isAlias ? identity.name : knownHostName(identity.name, identity.port);
