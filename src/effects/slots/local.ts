/** Slots in files of this machine: for one operator, or several on one machine. */
import { createHash } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { airlockKey, parseSemaphore, semaphoreText } from "../../domain/slots/semaphore.ts";
import type { SlotStore } from "../../ports/slot-store.ts";
import { type SemaphoreKeeper, semaphoreStore } from "./semaphore-store.ts";

/** A writer that died between taking the right to write and giving it back is in nobody's way for longer than this. */
const ABANDONED_AFTER_MS = 10_000;

/** @param folder absolute; made when it is missing */
export const localSlots = (folder: string): SlotStore => semaphoreStore(keeperIn(folder));

const keeperIn = (folder: string): SemaphoreKeeper<string | null> => ({
  async read(group) {
    const text = await readFile(fileOf(folder, group), "utf8").catch((error: NodeJS.ErrnoException) => error);
    if (typeof text !== "string") return text.code === "ENOENT" ? ok({ value: null, at: null }) : err(trouble(text));
    const value = parseSemaphore(text);
    return value === undefined ? err(damaged(fileOf(folder, group))) : ok({ value, at: digest(text) });
  },
  async write(group, next, at) {
    const file = fileOf(folder, group);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await alone(`${file}.writing`, async () => {
        const now = await readFile(file, "utf8").catch(() => null);
        if ((now === null ? null : digest(now)) !== at) return ok(false);
        await writeFile(`${file}.new`, `${semaphoreText(next)}\n`, { mode: 0o600, flush: true });
        await rename(`${file}.new`, file);
        return ok(true);
      });
    } catch (error) {
      return err(trouble(error as Error));
    }
  },
});

/** Runs `work` unless somebody else is at it; then nothing was written. */
async function alone(mark: string, work: () => Promise<Result<boolean>>): Promise<Result<boolean>> {
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

const fileOf = (folder: string, group: string): string =>
  join(
    folder,
    `${airlockKey(group)
      .replace(/^com.coreos.airlock\/groups\//, "")
      .replace(/\/v1\/semaphore$/, "")}.json`,
  );

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

const trouble = (error: Error) =>
  failure("reboot/store", "the file of reboot slots cannot be used", { found: error.message });

const damaged = (file: string) =>
  failure("reboot/store", "the file of reboot slots is damaged", { found: file, next: "look at it, and remove it" });
