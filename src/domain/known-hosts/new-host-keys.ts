/** Remembers keys that unknown hosts show, and which of them a person vouched for. */
import type { HostName } from "../ids.ts";
import { fingerprint, keyTypeName } from "./fingerprint.ts";
import { keyTypeOf } from "./parse.ts";

/** @param vouchedFor fingerprints that were vouched for beforehand */
export function createNewHostKeys(vouchedFor: readonly string[]) {
  const trusted = new Set(vouchedFor);
  const offers = new Map<HostName, Uint8Array>();
  return {
    judge(host: HostName, key: Uint8Array): boolean {
      offers.set(host, key);
      return trusted.has(fingerprint(key));
    },
    offered(host: HostName) {
      const key = offers.get(host);
      if (key === undefined) return undefined;
      const type = keyTypeOf(key) ?? "unknown";
      const line = `${type} ${Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("base64")}`;
      return { fingerprint: fingerprint(key), type: keyTypeName(type), line };
    },
    vouchFor(print: string): void {
      trusted.add(print);
    },
  };
}

/** As OpenSSH prints it; what is not of this form cannot be vouched for. */
export const isFingerprint = (text: string): boolean => /^SHA256:[A-Za-z0-9+/]{43}$/.test(text);
