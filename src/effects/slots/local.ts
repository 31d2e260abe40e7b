/** Slots in files of this machine: for one operator, or several on one machine. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import { airlockKey, parseSemaphore, semaphoreText } from "../../domain/slots/semaphore.ts";
import type { SlotStore } from "../../ports/slot-store.ts";
import { alone } from "../machine/alone.ts";
import { type SemaphoreKeeper, semaphoreStore } from "./semaphore-store.ts";

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
