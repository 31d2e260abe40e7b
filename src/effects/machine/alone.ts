/** One writer at a time to a file that several processes of this machine change. */
import { link, rm, stat, writeFile } from "node:fs/promises";
import type { Result } from "../../domain/outcome/result.ts";
import { ok } from "../../domain/outcome/result.ts";

/** A writer that died between taking the right to write and giving it back is in nobody's way for longer than this. */
const ABANDONED_AFTER_MS = 10_000;

/** Runs `work` unless somebody else is at it; then nothing was written, which is told as false. */
export async function alone(mark: string, work: () => Promise<Result<boolean>>): Promise<Result<boolean>> {
  const own = `${mark}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(own, "");
  try {
    await link(own, mark);
  } catch {
    const age = await stat(mark)
      .then(({ mtimeMs }) => Date.now() - mtimeMs)
      .catch(() => 0);
    if (age > ABANDONED_AFTER_MS) await rm(mark, { force: true });
    return ok(false);
  } finally {
    await rm(own, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(mark, { force: true });
  }
}
