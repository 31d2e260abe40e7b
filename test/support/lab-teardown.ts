/** Vitest's global set-up for projects that use the lab: says where it lives, and takes it down whatever happened. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { downLab, TEST_LAB_PREFIX } from "./lab.ts";

const folder = join("/var/tmp", `${TEST_LAB_PREFIX}${process.pid}`);

export async function setup(): Promise<void> {
  process.env.NIXFLEET_TEST_LAB = folder;
  await takeDownLabsOf((pid) => !isRunning(pid));
}

export async function teardown(): Promise<void> {
  await takeDownLabsOf((pid) => pid === process.pid || !isRunning(pid));
}

/** Labs are named after the test process that made them, so those of a killed run are found by the next. */
async function takeDownLabsOf(owner: (pid: number) => boolean): Promise<void> {
  const labs = readdirSync("/var/tmp").filter((name) => {
    const pid = name.startsWith(TEST_LAB_PREFIX) ? Number.parseInt(name.slice(TEST_LAB_PREFIX.length), 10) : Number.NaN;
    return !Number.isNaN(pid) && owner(pid);
  });
  for (const name of labs) await downLab(join("/var/tmp", name));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
