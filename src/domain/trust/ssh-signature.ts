/** Signatures in OpenSSH's form (its PROTOCOL.sshsig), which every host with sshd can verify by `ssh-keygen -Y verify`. */
import { createHash } from "node:crypto";

const KIND = "ssh-ed25519";
const HASH = "sha512";
const MAGIC = Buffer.from("SSHSIG");

/** What Ed25519 has to sign, for a message in a namespace. */
export const bytesToSign = (message: string, namespace: string): Uint8Array =>
  Buffer.concat([MAGIC, ...envelope(namespace), sized(createHash(HASH).update(message).digest())]);

/** @param publicKey its 32 bytes; @param signature its 64 bytes */
export function sshSignature(publicKey: Uint8Array, namespace: string, signature: Uint8Array): string {
  const key = Buffer.concat([sized(KIND), sized(publicKey)]);
  const signed = Buffer.concat([sized(KIND), sized(signature)]);
  const version = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([MAGIC, version, sized(key), ...envelope(namespace), sized(signed)]);
  const lines = blob.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n");
}

/** Namespace, a reserved field, and the hash's name. */
const envelope = (namespace: string): readonly Buffer[] => [sized(namespace), sized(""), sized(HASH)];

/** Four bytes of length, then the content. */
function sized(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
