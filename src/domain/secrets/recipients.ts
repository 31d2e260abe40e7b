/** Who may open which encrypted file: secrets/recipients.yaml, read and resolved. */
import picomatch from "picomatch";
import { parse } from "yaml";
import { z } from "zod";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export const RECIPIENTS_FILE = "secrets/recipients.yaml";

const publicKey = z
  .string()
  .regex(/^(age1[0-9a-z]+|ssh-ed25519 [A-Za-z0-9+/=]+)(\s.*)?$/, "a key age1… or ssh-ed25519 AAAA…");
const keys = z.union([publicKey, z.array(publicKey)]).transform((value) => (Array.isArray(value) ? value : [value]));

const recipientsSchema = z.strictObject({
  people: z.record(z.string(), keys),
  hosts: z.record(z.string(), keys).default({}),
  /** Of people, hosts and other groups. */
  groups: z.record(z.string(), z.array(z.string())).default({}),
  /** Globs below secrets/, and who may open what they match. Without a match it is all people. */
  access: z.record(z.string(), z.array(z.string())).default({}),
});

export type Recipients = z.infer<typeof recipientsSchema>;

/** Fails with `secrets/recipients`, naming the entry. */
export function parseRecipients(text: string): Result<Recipients> {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    return err(broken(error instanceof Error ? error.message : String(error)));
  }
  const parsed = recipientsSchema.safeParse(content);
  if (!parsed.success) return err(broken(z.prettifyError(parsed.error)));
  const unknown = unknownNames(parsed.data);
  return unknown.length === 0 ? ok(parsed.data) : err(broken(`nobody is called ${unknown.join(", ")}`));
}

/**
 * The keys that open a file, sorted: those that the first matching glob of `access` names, and the host in whose own
 * folder it lies. Comments of keys are left out.
 * @param file from the project's folder, such as secrets/prod/web-1/token.age
 */
export function keysFor(file: string, recipients: Recipients): readonly string[] {
  const below = file.replace(/^secrets\//, "").replace(/\.age$/, "");
  const match = Object.entries(recipients.access).find(([glob]) => picomatch.isMatch(below, glob));
  const names = match === undefined ? Object.keys(recipients.people) : match[1];
  const folder = below.split("/").at(-2);
  const own = folder === undefined ? [] : (recipients.hosts[folder] ?? []);
  const all = [...names.flatMap((name) => keysOf(name, recipients, new Set())), ...own];
  return [...new Set(all.map(withoutComment))].sort();
}

function keysOf(name: string, recipients: Recipients, seen: ReadonlySet<string>): readonly string[] {
  if (seen.has(name)) return [];
  const members = recipients.groups[name];
  if (members === undefined) return recipients.people[name] ?? recipients.hosts[name] ?? [];
  return members.flatMap((member) => keysOf(member, recipients, new Set([...seen, name])));
}

const withoutComment = (key: string): string =>
  key
    .split(/\s+/)
    .slice(0, key.startsWith("ssh-") ? 2 : 1)
    .join(" ");

function unknownNames({ people, hosts, groups, access }: Recipients): string[] {
  const known = new Set([...Object.keys(people), ...Object.keys(hosts), ...Object.keys(groups)]);
  return [...Object.values(groups), ...Object.values(access)].flat().filter((name) => !known.has(name));
}

const broken = (found: string): Failure =>
  failure("secrets/recipients", `${RECIPIENTS_FILE} cannot be used`, {
    expected: "people, and where wanted hosts, groups and access",
    detail: found,
    next: "docs/secrets.md shows its form",
  });
