/** An ed25519 key pair in the form of OpenSSH. */
import { type KeyObject, randomBytes } from "node:crypto";
import type { GeneratedSecret } from "../../ports/project-secrets.ts";

/** @param comment stands behind the public key */
export function sshKeyPair(
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  comment: string,
): GeneratedSecret {
  const point = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const seed = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32);
  const wire = Buffer.concat([field("ssh-ed25519"), field(point)]);
  const check = randomBytes(4);
  const secret = padded(Buffer.concat([check, check, wire, field(Buffer.concat([seed, point])), field(comment)]));
  const head = [Buffer.from("openssh-key-v1\0"), field("none"), field("none"), field(""), Buffer.from([0, 0, 0, 1])];
  const body = Buffer.concat([...head, field(wire), field(secret)]).toString("base64");
  const lines = body.match(/.{1,70}/g)?.join("\n") ?? "";
  return {
    value: Buffer.from(`-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`),
    publicPart: `ssh-ed25519 ${wire.toString("base64")} ${comment}\n`,
  };
}

function field(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** To blocks of eight bytes, with 1, 2, 3, … */
const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.from(Array.from({ length: (8 - (bytes.length % 8)) % 8 }, (_, index) => index + 1))]);
