import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { takeLock } from "../../../src/effects/lab/lock.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lab-lock-"));
  file = join(folder, "lock");
});
afterEach(async () => await rm(folder, { recursive: true }));

describe("a lab's lock", () => {
  test("is held by one at a time", async () => {
    const first = await takeLock(file, false);
    expect(first).toBeDefined();
    expect(await takeLock(file, false)).toBeUndefined();
    await first?.release();
    const second = await takeLock(file, false);
    expect(second).toBeDefined();
    await second?.release();
  });

  test("comes to who waits when it is released", async () => {
    const first = await takeLock(file, false);
    const waiting = takeLock(file, true);
    await first?.release();
    await (await waiting)?.release();
  });

  test("holds on the file that is there now, when the one it was taken on was removed", async () => {
    const first = await takeLock(file, false);
    const waiting = takeLock(file, true);
    await rm(file);
    await first?.release();
    const second = await waiting;
    expect(await takeLock(file, false)).toBeUndefined();
    await second?.release();
  });

  test("falls with a process that is killed", async () => {
    const module = resolve(import.meta.dirname, "../../../src/effects/lab/lock.ts");
    const program = `const { takeLock } = await import(${JSON.stringify(module)});
      await takeLock(${JSON.stringify(file)}, false); console.log("held"); setInterval(() => {}, 1000);`;
    const holder = execa(process.execPath, ["--input-type=module", "-e", program], { reject: false });
    await once(holder.stdout, "data");
    expect(await takeLock(file, false)).toBeUndefined();
    holder.kill("SIGKILL");
    await holder;
    await expect
      .poll(
        async () => {
          const lock = await takeLock(file, false);
          await lock?.release();
          return lock !== undefined;
        },
        { timeout: 10_000 },
      )
      .toBe(true);
  });
});
