/** `rollout.ndjson`: what the rollout machine was told, one entry a line, each on disk before anything is done about it. */
import { type FileHandle, readFile } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { type JournalEntry, journalEntrySchema } from "../../domain/rollout/event.ts";

export const rolloutFile = (folder: string): string => join(folder, "rollout.ndjson");

/** All of them in one write, which the disk has when it resolves. */
export async function keepEntries(file: FileHandle, entries: readonly JournalEntry[]): Promise<void> {
  await file.appendFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  await file.datasync();
}

/** A last line without its end was never acted upon, and does not count. Fails with `cli/journal-damaged`. */
export async function readRollout(folder: string): Promise<Result<readonly JournalEntry[]>> {
  const file = rolloutFile(folder);
  const text = await readFile(file, "utf8").catch(() => "");
  const entries: JournalEntry[] = [];
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    const entry = parseEntry(line);
    if (entry === undefined) return err(damaged(file, index + 1));
    entries.push(entry);
  }
  return ok(entries);
}

function parseEntry(line: string): JournalEntry | undefined {
  try {
    return journalEntrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const damaged = (file: string, line: number) =>
  failure("cli/journal-damaged", "what the rollout was told cannot be read", {
    expected: `one entry on each line of ${file}`,
    found: `none on line ${line}`,
  });
