/** The host's lock as the program reports it. */
import type { HostLock } from "../observation/facts.ts";
import type { HostRecord } from "./protocol.ts";
import { recordText } from "./records.ts";

/** The lock in an answer: null when nobody holds it, undefined when the record is not of its form. */
export function lockIn(records: readonly HostRecord[], name = "lock"): HostLock | null | undefined {
  const text = recordText(records, name);
  if (text === undefined) return null;
  const [run, owner, reason, acquired, expires, expired, ...more] = text.split("\t");
  const acquiredAt = seconds(acquired);
  const expiresAt = seconds(expires);
  if (!run || owner === undefined || reason === undefined || acquiredAt === undefined || expiresAt === undefined) {
    return undefined;
  }
  if (more.length > 0 || (expired !== undefined && expired !== "expired")) return undefined;
  return { run, owner, reason, acquiredAt, expiresAt, expired: expired === "expired" };
}

const seconds = (text: string | undefined): number | undefined =>
  text !== undefined && /^[0-9]{1,12}$/.test(text) ? Number(text) : undefined;
