/** Reads ed25519 keys from private key files of OpenSSH. */

export type SshPrivateKey =
  | { readonly kind: "ed25519"; readonly wire: Uint8Array; readonly seed: Uint8Array }
  /** A key that only the age program can use: of another type, or behind a passphrase. */
  | { readonly kind: "foreign"; readonly because: string };

/** Undefined when the text is no private key of OpenSSH. */
export function parseSshPrivateKey(text: string): SshPrivateKey | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, "base64");
  if (bytes.subarray(0, MAGIC.length).toString("latin1") !== MAGIC) return undefined;
  try {
    return parseBody(reader(bytes.subarray(MAGIC.length)));
  } catch {
    return undefined;
  }
}

const MAGIC = "openssh-key-v1\0";

function parseBody(read: Reader): SshPrivateKey {
  const cipher = read.field().toString();
  read.field();
  read.field();
  read.number();
  const wire = read.field();
  const type = reader(wire).field().toString();
  if (type !== "ssh-ed25519") return { kind: "foreign", because: `a key of type ${type}` };
  if (cipher !== "none") return { kind: "foreign", because: "a key with a passphrase" };
  const secret = reader(read.field());
  secret.number();
  secret.number();
  secret.field();
  secret.field();
  return { kind: "ed25519", wire, seed: secret.field().subarray(0, 32) };
}

interface Reader {
  number(): number;
  /** A length and so many bytes. */
  field(): Buffer;
}

function reader(bytes: Buffer): Reader {
  let offset = 0;
  const number = (): number => {
    const value = bytes.readUInt32BE(offset);
    offset += 4;
    return value;
  };
  return {
    number,
    field() {
      const length = number();
      if (offset + length > bytes.length) throw new RangeError("a field beyond the end");
      offset += length;
      return bytes.subarray(offset - length, offset);
    },
  };
}
