/** Looks for values in clear in the files of a project and in the store. */
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Leak } from "../../ports/project-secrets.ts";

/** Shorter values are found by chance. */
const MIN_VALUE_BYTES = 8;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const SKIPPED = new Set([".git", "node_modules", "result"]);

/** @param values by the file that they are encrypted in @param storePaths files and folders, absolute */
export async function findLeaks(
  root: string,
  values: ReadonlyMap<string, Uint8Array>,
  storePaths: readonly string[] = [],
): Promise<readonly Leak[]> {
  const wanted = [...values]
    .map(([file, value]) => ({ file, text: Buffer.from(value).toString("latin1").trim() }))
    .filter(({ text }) => text.length >= MIN_VALUE_BYTES);
  if (wanted.length === 0) return [];
  const leaks: Leak[] = [];
  for (const top of [root, ...storePaths]) {
    for await (const path of filesIn(top)) {
      const content = (await readFile(path)).toString("latin1");
      const shown = top === root ? path.slice(root.length + 1) : path;
      for (const { file, text } of wanted) if (content.includes(text)) leaks.push({ secret: file, path: shown });
    }
  }
  return leaks;
}

/** Itself, or the files below it; links lead to what is looked at anyway. */
async function* filesIn(path: string): AsyncGenerator<string> {
  const seen = await lstat(path);
  if (seen.isFile() && seen.size <= MAX_FILE_BYTES) yield path;
  if (!seen.isDirectory()) return;
  for (const name of await readdir(path)) if (!SKIPPED.has(name)) yield* filesIn(join(path, name));
}
