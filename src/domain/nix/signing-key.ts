/** Nix's signing keys: `NAME:BASE64` with 64 bytes (secret: seed and public half) or 32 bytes (public). */

export interface SecretKey {
  readonly name: string;
  /** `NAME:BASE64`, for `trusted-public-keys`. */
  readonly publicKey: string;
}

const KEY = /^([A-Za-z0-9][A-Za-z0-9._-]{0,127}):([A-Za-z0-9+/]{86}==)$/;
const SEED_BYTES = 32;

/** Reads the text of a secret key's file; undefined when it is none. */
export function parseSecretKey(text: string): SecretKey | undefined {
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  return { name: parts.name, publicKey: `${parts.name}:${btoa(String.fromCharCode(...parts.publicHalf))}` };
}

/** The 32 bytes to sign with, and those of the public half. Throws for what {@link parseSecretKey} does not take. */
export function secretKeyBytes(text: string): { readonly seed: Uint8Array; readonly publicHalf: Uint8Array } {
  const parts = partsOf(text);
  if (parts === undefined) throw new Error("a signing key that was read before is none now");
  return parts;
}

function partsOf(text: string) {
  const [, name, base64] = KEY.exec(text.trim()) ?? [];
  if (name === undefined || base64 === undefined) return undefined;
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return { name, seed: bytes.subarray(0, SEED_BYTES), publicHalf: bytes.subarray(SEED_BYTES) };
}

/** What a key may be called: shown in signatures and in `trusted-public-keys`. */
export const isKeyName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name);

/** The name of a fleet's first key, after its folder: `Web Farm` gives `web-farm-1`. */
export function keyNameFrom(folder: string): string {
  const word = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 100);
  return `${word || "fleet"}-1`;
}

/** The name of the key that takes over from another: `web-farm-1` gives `web-farm-2`. */
export function nextKeyName(name: string): string {
  const [, word = name, number = "1"] = /^(.*)-([0-9]{1,6})$/.exec(name) ?? [];
  return `${word}-${Number(number) + 1}`;
}

/** The text of a secret key's file, without line end. */
export function secretKeyText(name: string, seed: Uint8Array, publicHalf: Uint8Array): string {
  return `${name}:${btoa(String.fromCharCode(...seed, ...publicHalf))}`;
}
