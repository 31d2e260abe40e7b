/** A folder in memory, ours alone, for as long as a piece of work takes. */
import { mkdtemp, readdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../../domain/outcome/failure.ts";
import { err, type Result } from "../../domain/outcome/result.ts";

const TMPFS_MAGIC = 0x01021994;
const PREFIX = "nixfleet-secret-";

/** Gone afterwards, also when the work throws. What a killed command left is removed first. */
export async function inMemoryFolder<T>(
  env: Readonly<Record<string, string | undefined>>,
  work: (folder: string) => Promise<Result<T>>,
): Promise<Result<T>> {
  const memory = await memoryIn([env.XDG_RUNTIME_DIR, "/dev/shm", "/run"]);
  if (memory === undefined) {
    return err(
      failure("secrets/editor", "this machine has no folder in memory, so the value would lie on a disk", {
        expected: "a tmpfs at XDG_RUNTIME_DIR or /dev/shm",
      }),
    );
  }
  await sweep(memory);
  const folder = await mkdtemp(join(memory, `${PREFIX}${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function memoryIn(folders: readonly (string | undefined)[]): Promise<string | undefined> {
  for (const folder of folders) {
    if (folder === undefined || folder === "") continue;
    const seen = await statfs(folder).catch(() => undefined);
    if (seen?.type === TMPFS_MAGIC) return folder;
  }
  return undefined;
}

async function sweep(memory: string): Promise<void> {
  const names = await readdir(memory).catch(() => []);
  for (const name of names) {
    const pid = Number(/^nixfleet-secret-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && !isAlive(pid)) await rm(join(memory, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
