/** Tells whether files are the ones seen before without reading them: size, times, inode and mode of each. */
import { createHash } from "node:crypto";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** Beyond this many entries walking costs more than it saves, and nothing is remembered. */
const MAX_ENTRIES = 20_000;

/** @returns undefined when the tree is too large or changes while it is walked */
export async function treeFingerprint(root: string): Promise<string | undefined> {
  try {
    const names = await readdir(root, { recursive: true });
    if (names.length > MAX_ENTRIES) return undefined;
    return await filesFingerprint(root, names.sort());
  } catch {
    return undefined;
  }
}

/** The same over named files below a folder; one that is missing counts as such. */
export async function filesFingerprint(root: string, names: readonly string[]): Promise<string> {
  const lines = await Promise.all(names.map((name) => fileLine(join(root, name), name)));
  return createHash("sha256").update(lines.join("\0")).digest("hex");
}

async function fileLine(path: string, name: string): Promise<string> {
  try {
    const { size, mtimeNs, ctimeNs, ino, mode } = await lstat(path, { bigint: true });
    return [name, size, mtimeNs, ctimeNs, ino, mode].join("\n");
  } catch {
    return `${name}\nmissing`;
  }
}
