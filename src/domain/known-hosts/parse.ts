/** Reads known_hosts files: one entry a line, as sshd(8) describes them under SSH_KNOWN_HOSTS FILE FORMAT. */

export interface KnownHost {
  /** `@cert-authority`, `@revoked`, or none. */
  readonly marker: "none" | "cert-authority" | "revoked";
  /** The host field as written: patterns joined by commas, or one hashed name. */
  readonly hosts: string;
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, … */
  readonly keyType: string;
  /** The key as base 64, without comment. */
  readonly key: string;
  readonly file: string;
  /** One-based. */
  readonly line: number;
}

/** The entries of one file. Lines that are no entries are passed over, as ssh does. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split("\n").flatMap((line, index) => parseLine(line, file, index + 1) ?? []);
}

const MARKERS: Readonly<Record<string, KnownHost["marker"]>> = {
  "@cert-authority": "cert-authority",
  "@revoked": "revoked",
};

function parseLine(text: string, file: string, line: number): KnownHost | undefined {
  const fields = text.trim().split(/[ \t]+/);
  if (fields[0]?.startsWith("#")) return undefined;
  const marker = fields[0]?.startsWith("@") ? MARKERS[fields.shift() ?? ""] : "none";
  const [hosts, keyType, key] = fields;
  if (marker === undefined || hosts === undefined || keyType === undefined || key === undefined) return undefined;
  return isKey(keyType, key) ? { marker, hosts, keyType, key, file, line } : undefined;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** True when the base 64 holds a key blob that begins with the type's own name, as every SSH public key does. */
export function isKey(keyType: string, base64: string): boolean {
  if (!BASE64.test(base64)) return false;
  return keyTypeOf(Buffer.from(base64, "base64")) === keyType;
}

/** The type that a public key blob names itself; undefined when it is cut. */
export function keyTypeOf(blob: Uint8Array): string | undefined {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt32BE(0);
  return length > 0 && bytes.length > 4 + length ? bytes.toString("latin1", 4, 4 + length) : undefined;
}
