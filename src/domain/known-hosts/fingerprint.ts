/** Fingerprints as OpenSSH prints them. */
import { createHash } from "node:crypto";

/** `SHA256:` and the digest of the key blob, as base 64 without padding. */
export const fingerprint = (blob: Uint8Array): string =>
  `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;

const NAMES: Readonly<Record<string, string>> = {
  "ssh-ed25519": "ED25519",
  "ssh-rsa": "RSA",
  "ssh-dss": "DSA",
  "ecdsa-sha2-nistp256": "ECDSA",
  "ecdsa-sha2-nistp384": "ECDSA",
  "ecdsa-sha2-nistp521": "ECDSA",
};

/** The short name people know a key type by. */
export const keyTypeName = (keyType: string): string => NAMES[keyType] ?? keyType;
