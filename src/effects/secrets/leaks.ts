/** Looks for values in clear in the files of a project. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Leak } from "../../ports/project-secrets.ts";

/** Shorter values are found by chance. */
const MIN_VALUE_BYTES = 8;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const SKIPPED = new Set([".git", "node_modules", "result"]);

/** @param values by the file that they are encrypted in */
export async function findLeaks(root: string, values: ReadonlyMap<string, Uint8Array>): Promise<readonly Leak[]> {
  const wanted = [...values]
    .map(([file, value]) => ({ file, text: Buffer.from(value).toString("latin1").trim() }))
    .filter(({ text }) => text.length >= MIN_VALUE_BYTES);
  if (wanted.length === 0) return [];
  const leaks: Leak[] = [];
  for await (const path of filesBelow(root, "")) {
    const content = (await readFile(join(root, path))).toString("latin1");
    for (const { file, text } of wanted) if (content.includes(text)) leaks.push({ secret: file, path });
  }
  return leaks;
}

async function* filesBelow(root: string, folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* filesBelow(root, path);
    if (entry.isFile() && (await stat(join(root, path))).size <= MAX_FILE_BYTES) yield path;
  }
}
