/** Whether the host field of a known_hosts entry means a given host. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { matchesPatternList } from "../ssh-config/pattern.ts";

const DEFAULT_PORT = 22;

/** The name under which a host stands in known_hosts: `name`, or `[name]:port` for another port than 22. */
export const knownHostName = (name: string, port: number): string =>
  port === DEFAULT_PORT ? name.toLowerCase() : `[${name.toLowerCase()}]:${port}`;

/** Takes the field as written and a name from {@link knownHostName}. Hashed names, wildcards and `!` are understood. */
export function matchesHostField(field: string, name: string): boolean {
  if (field.startsWith("|")) return matchesHash(field, name);
  // Nearly every line of a big file is one plain name, and a big fleet asks for a thousand names.
  if (!/[*?!,]/.test(field)) return field.toLowerCase() === name;
  const patterns = field.toLowerCase().split(",");
  return matchesPatternList(
    patterns.filter((pattern) => pattern !== ""),
    name,
  );
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, keyed with the salt. */
function matchesHash(field: string, name: string): boolean {
  const [, version, salt, hash, more] = field.split("|");
  if (version !== "1" || salt === undefined || hash === undefined || more !== undefined) return false;
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
