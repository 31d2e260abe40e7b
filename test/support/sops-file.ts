/**
 * Files of sops in YAML with age recipients, by its published format: each value under AES-256-GCM with its path as additional
 * data, a MAC over all values, and the data key in an armored file of age for each recipient.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { armor, Decrypter, Encrypter } from "age-encryption";
import { parse, stringify } from "yaml";

export type SopsTree = { readonly [key: string]: string | number | SopsTree | readonly (string | number)[] };
type Leaf = string | number;

/** @param at when it was last modified; the MAC is bound to it */
export async function encryptSops(
  tree: SopsTree,
  recipients: readonly string[],
  at = "2026-01-01T00:00:00Z",
): Promise<string> {
  const key = randomBytes(32);
  const seen: Leaf[] = [];
  const sealed = eachLeaf(tree, [], (value, path) => {
    seen.push(value);
    return seal(value, key, `${path.join(":")}:`);
  });
  const age = recipients.map(async (recipient) => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    return { recipient, enc: armor.encode(await encrypter.encrypt(key)) };
  });
  const sops = { age: await Promise.all(age), lastmodified: at, mac: seal(macOf(seen), key, at), version: "3.9.4" };
  return stringify({ ...(sealed as object), sops: { ...sops, unencrypted_suffix: "_unencrypted" } });
}

/** Throws for a file that is not whole, that was changed, or that none of the identities opens. */
export async function decryptSops(text: string, identities: readonly string[]): Promise<SopsTree> {
  const { sops, ...sealed } = parse(text);
  const key = await dataKey(sops.age, identities);
  const seen: Leaf[] = [];
  const tree = eachLeaf(sealed, [], (value, path) => {
    const leaf = open(String(value), key, `${path.join(":")}:`);
    seen.push(leaf);
    return leaf;
  });
  if (open(sops.mac, key, sops.lastmodified) !== macOf(seen)) throw new Error("MAC mismatch");
  return tree as SopsTree;
}

async function dataKey(entries: readonly { readonly enc: string }[], identities: readonly string[]): Promise<Buffer> {
  for (const { enc } of entries) {
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    const key = await decrypter.decrypt(armor.decode(enc)).catch(() => undefined);
    if (key !== undefined) return Buffer.from(key);
  }
  throw new Error("no identity matched any of the recipients");
}

/** Members of a list have the path of the list. */
function eachLeaf(
  node: unknown,
  path: readonly string[],
  change: (leaf: Leaf, path: readonly string[]) => Leaf,
): unknown {
  if (Array.isArray(node)) return node.map((item) => eachLeaf(item, path, change));
  if (typeof node !== "object" || node === null) return change(node as Leaf, path);
  return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, eachLeaf(item, [...path, key], change)]));
}

function seal(value: Leaf, key: Buffer, path: string): string {
  const iv = randomBytes(32);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(path));
  const data = Buffer.concat([cipher.update(String(value)), cipher.final()]);
  const parts = { data, iv, tag: cipher.getAuthTag() };
  const fields = Object.entries(parts).map(([name, bytes]) => `${name}:${bytes.toString("base64")}`);
  return `ENC[AES256_GCM,${fields.join(",")},type:${typeof value === "number" ? "int" : "str"}]`;
}

function open(text: string, key: Buffer, path: string): Leaf {
  const [, data = "", iv = "", tag = "", type] =
    /^ENC\[AES256_GCM,data:(.*),iv:(.*),tag:(.*),type:(str|int)\]$/.exec(text) ?? [];
  if (type === undefined) throw new Error("a value is not encrypted");
  const bytes = (part: string): Buffer => Buffer.from(part, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes(iv)).setAAD(Buffer.from(path)).setAuthTag(bytes(tag));
  const plain = Buffer.concat([decipher.update(bytes(data)), decipher.final()]).toString();
  return type === "int" ? Number(plain) : plain;
}

const macOf = (values: readonly Leaf[]): string =>
  createHash("sha512").update(values.map(String).join("")).digest("hex").toUpperCase();
