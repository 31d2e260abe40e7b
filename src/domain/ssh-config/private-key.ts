/** What a private key file tells without its passphrase. */

export interface PrivateKeyFacts {
  readonly encrypted: boolean;
  /** The public key's blob; only OpenSSH's own format has it in clear. */
  readonly publicKey?: Buffer;
}

const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END OPENSSH PRIVATE KEY-----/;
const PEM = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/;
const PEM_ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/;
const MAGIC = Buffer.from("openssh-key-v1\0", "latin1");

/** Takes the file's text; undefined when it is no private key. */
export function readPrivateKey(text: string): PrivateKeyFacts | undefined {
  const openSsh = OPENSSH.exec(text)?.[1];
  if (openSsh !== undefined) return readOpenSsh(Buffer.from(openSsh, "base64"));
  return PEM.test(text) ? { encrypted: PEM_ENCRYPTED.test(text) } : undefined;
}

/** Layout: magic, cipher name, kdf name, kdf options, number of keys, first public key, the rest encrypted. */
function readOpenSsh(bytes: Buffer): PrivateKeyFacts | undefined {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  let at = MAGIC.length;
  const field = (): Buffer | undefined => {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    const value = end > bytes.length ? undefined : bytes.subarray(at + 4, end);
    at = end;
    return value;
  };
  const cipher = field();
  const [kdf, kdfOptions] = [field(), field()];
  at += 4;
  const publicKey = field();
  if (cipher === undefined || kdf === undefined || kdfOptions === undefined || publicKey === undefined)
    return undefined;
  return { encrypted: cipher.toString("latin1") !== "none", publicKey };
}
