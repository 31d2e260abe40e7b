/** Whether the host field of a known_hosts entry means a given host. */
import { createHmac, timingSafeEqual } from "node:crypto";

const DEFAULT_PORT = 22;

/** The name under which a host stands in known_hosts: `name`, or `[name]:port` for another port than 22. */
export const knownHostName = (name: string, port: number): string =>
  port === DEFAULT_PORT ? name.toLowerCase() : `[${name.toLowerCase()}]:${port}`;

/** Takes the field as written and a name from {@link knownHostName}. Hashed names, wildcards and `!` are understood. */
export function matchesHostField(field: string, name: string): boolean {
  if (field.startsWith("|")) return matchesHash(field, name);
  const patterns = field.split(",").filter((pattern) => pattern !== "");
  const negated = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
  if (negated.some((pattern) => matchesPattern(pattern, name))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && matchesPattern(pattern, name));
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, keyed with the salt. */
function matchesHash(field: string, name: string): boolean {
  const [, version, salt, hash, more] = field.split("|");
  if (version !== "1" || salt === undefined || hash === undefined || more !== undefined) return false;
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** `*` stands for any text and `?` for one character; nothing else is special, brackets included. Linear in time. */
function matchesPattern(pattern: string, name: string): boolean {
  const wanted = pattern.toLowerCase();
  let star = -1;
  let resume = 0;
  let p = 0;
  let n = 0;
  while (n < name.length) {
    if (wanted[p] === "*") {
      star = p++;
      resume = n;
    } else if (p < wanted.length && (wanted[p] === "?" || wanted[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (wanted[p] === "*") p++;
  return p === wanted.length;
}
