/** X25519 and the step from Ed25519 to it, on raw 32-byte keys. */
import { createHash, createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";

const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const SPKI = Buffer.from("302a300506032b656e032100", "hex");
const P = 2n ** 255n - 19n;

/** The shared secret. Throws for points of low order, which no honest key is. */
export function x25519(scalar: Uint8Array, point: Uint8Array): Buffer {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, scalar]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, point]), format: "der", type: "spki" });
  return diffieHellman({ privateKey, publicKey });
}

/** The public half of a scalar. */
export function x25519Public(scalar: Uint8Array): Buffer {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, scalar]), format: "der", type: "pkcs8" });
  return createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(SPKI.length);
}

/** The scalar that belongs to an Ed25519 seed (RFC 8032, 5.1.5). */
export const scalarOfSeed = (seed: Uint8Array): Buffer => createHash("sha512").update(seed).digest().subarray(0, 32);

/** The Montgomery form of an Ed25519 public key (RFC 7748, 4.1): u = (1 + y) / (1 - y). */
export function montgomery(publicKey: Uint8Array): Buffer {
  const bytes = Buffer.from(publicKey);
  bytes[31] = (bytes[31] ?? 0) & 0x7f;
  const y = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`) % P;
  const u = ((1n + y) * power(P + 1n - y, P - 2n)) % P;
  return Buffer.from(u.toString(16).padStart(64, "0"), "hex").reverse();
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % P;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
