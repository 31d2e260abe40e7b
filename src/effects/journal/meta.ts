/** `meta.json`: who runs what since when, and how it ended; enough to list runs without reading their events. */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RunId } from "../../domain/ids.ts";
import { rolloutEnds } from "../../domain/outcome/events.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { RunHeader } from "../../ports/journal.ts";
import { type ProcessMark, processMarkSchema } from "./liveness.ts";

const metaSchema = z.object({
  format: z.literal(1),
  run: z.string(),
  verb: z.string(),
  by: z.string(),
  startedAt: z.iso.datetime(),
  process: processMarkSchema,
  /** Hosts in the plan, or in the summary. */
  hosts: z.int().min(0),
  ended: z.object({ at: z.iso.datetime(), exit: z.int(), rollout: z.enum(rolloutEnds).optional() }).optional(),
  /** See RunHeader. */
  flags: z.array(z.string()).default([]),
  /** How many processes took the run up, the first included. */
  owner: z.int().positive().default(1),
});

export type RunMeta = z.infer<typeof metaSchema>;

export const metaFile = (folder: string): string => join(folder, "meta.json");

export const newMeta = (run: RunId, header: RunHeader, mark: ProcessMark): RunMeta => ({
  format: 1,
  run,
  verb: header.verb,
  by: header.by,
  startedAt: new Date(header.startedAt).toISOString(),
  process: mark,
  hosts: 0,
  flags: [...header.flags],
  owner: 1,
});

/** Replaces the file as a whole, so that nobody ever reads half of it. */
export async function writeMeta(folder: string, meta: RunMeta): Promise<void> {
  const staged = `${metaFile(folder)}.new`;
  await writeFile(staged, `${JSON.stringify(meta, null, 2)}\n`, { mode: 0o600 });
  await rename(staged, metaFile(folder));
}

export function readMeta(text: string, run: RunId, file: string): Result<RunMeta> {
  const damaged = (found: string) =>
    err(
      failure("cli/journal-damaged", `the record of run ${run} cannot be read`, { expected: `JSON in ${file}`, found }),
    );
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    return damaged(error instanceof Error ? error.message : String(error));
  }
  const parsed = metaSchema.safeParse(raw);
  if (!parsed.success) return damaged(z.prettifyError(parsed.error));
  return parsed.data.run === run ? ok(parsed.data) : damaged(`the record of run ${parsed.data.run}`);
}
