/** What a killed process left behind: a last line without its end, to which nothing may be appended. */
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";

export async function cutTornLines(folder: string): Promise<void> {
  for (const name of ["events.ndjson", "rollout.ndjson"]) await cutTornLine(join(folder, name));
}

async function cutTornLine(path: string): Promise<void> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || bytes.length === 0 || bytes.at(-1) === NEWLINE) return;
  const file = await open(path, "r+");
  try {
    await file.truncate(bytes.lastIndexOf(NEWLINE) + 1);
  } finally {
    await file.close();
  }
}

const NEWLINE = 10;
