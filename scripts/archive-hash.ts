/** Nix's hash of a folder: sha256 over its archive (NAR), as an SRI string. */
import { createHash, type Hash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

export function archiveHash(path: string): string {
  const hash = createHash("sha256");
  word(hash, "nix-archive-1");
  node(hash, path);
  return `sha256-${hash.digest("base64")}`;
}

function node(hash: Hash, path: string): void {
  const stat = lstatSync(path);
  words(hash, "(", "type");
  if (stat.isSymbolicLink()) words(hash, "symlink", "target", readlinkSync(path));
  else if (stat.isFile()) file(hash, path, (stat.mode & 0o100) !== 0);
  else directory(hash, path);
  word(hash, ")");
}

function file(hash: Hash, path: string, executable: boolean): void {
  word(hash, "regular");
  if (executable) words(hash, "executable", "");
  word(hash, "contents");
  word(hash, readFileSync(path));
}

function directory(hash: Hash, path: string): void {
  word(hash, "directory");
  // Nix orders names by their bytes.
  const names = readdirSync(path).sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  for (const name of names) {
    words(hash, "entry", "(", "name", name, "node");
    node(hash, join(path, name));
    word(hash, ")");
  }
}

const words = (hash: Hash, ...texts: readonly string[]): void => {
  for (const text of texts) word(hash, text);
};

/** Length as 64 bits little-endian, the bytes, and zeros up to a multiple of eight. */
function word(hash: Hash, text: string | Buffer): void {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  hash
    .update(length)
    .update(bytes)
    .update(Buffer.alloc((8 - (bytes.length % 8)) % 8));
}
