/** Files of age for ssh-ed25519 keys, as the age program writes and reads them; the age library has only its own keys. */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { type Identity, type Recipient, Stanza } from "age-encryption";
import { montgomery, scalarOfSeed, x25519, x25519Public } from "./x25519.ts";

const LABEL = "age-encryption.org/v1/ssh-ed25519";
const NONCE = Buffer.alloc(12);
const TAG_BYTES = 16;

/** @param wire the public key as in the second word of its line, decoded */
export function sshRecipient(wire: Uint8Array): Recipient {
  const theirs = montgomery(wire.subarray(-32));
  return {
    wrapFileKey(fileKey) {
      const ephemeral = randomBytes(32);
      const ours = x25519Public(ephemeral);
      const key = wrappingKey(x25519(tweakOf(wire), x25519(ephemeral, theirs)), ours, theirs);
      const cipher = createCipheriv("chacha20-poly1305", key, NONCE, { authTagLength: TAG_BYTES });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new Stanza(["ssh-ed25519", tagOf(wire), unpadded(ours)], body)];
    },
  };
}

/** @param seed the 32 bytes that the private key is made from */
export function sshIdentity(wire: Uint8Array, seed: Uint8Array): Identity {
  const scalar = scalarOfSeed(seed);
  const ours = montgomery(wire.subarray(-32));
  return {
    unwrapFileKey(stanzas) {
      for (const { args, body } of stanzas) {
        const [type, tag, share = ""] = args;
        if (type !== "ssh-ed25519" || tag !== tagOf(wire)) continue;
        const theirs = Buffer.from(share, "base64");
        if (theirs.length !== 32 || body.length !== 32) throw new Error("invalid ssh-ed25519 stanza");
        const key = wrappingKey(x25519(tweakOf(wire), x25519(scalar, theirs)), theirs, ours);
        const decipher = createDecipheriv("chacha20-poly1305", key, NONCE, { authTagLength: TAG_BYTES });
        decipher.setAuthTag(body.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]);
      }
      return null;
    },
  };
}

/** What a file says of the key that it is for. */
export const tagOf = (wire: Uint8Array): string => unpadded(createHash("sha256").update(wire).digest().subarray(0, 4));

const tweakOf = (wire: Uint8Array): Buffer => Buffer.from(hkdfSync("sha256", Buffer.alloc(0), wire, LABEL, 32));

const wrappingKey = (shared: Uint8Array, share: Uint8Array, recipient: Uint8Array): Buffer =>
  Buffer.from(hkdfSync("sha256", shared, Buffer.concat([share, recipient]), LABEL, 32));

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "");
