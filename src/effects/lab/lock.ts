/** Locks that fall with the process that holds them, however it ends. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { LabLock } from "../../ports/lab.ts";

// Prints the inode that is locked, then waits for the end of its standard input.
const HOLDER = `exec 9>>"$1"; flock $2 9 || exit 1; stat -Lc %i /proc/self/fd/9; read -r _`;

/**
 * Takes the lock on a file, making the file if need be. Held by a child whose standard input is a pipe from us: when
 * we go, it reads the end and goes too.
 *
 * @returns undefined when somebody else holds it and `wait` is false
 */
export async function takeLock(file: string, wait: boolean): Promise<LabLock | undefined> {
  for (;;) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // A process group of its own, so that Ctrl-C does not take the lock from a CLI that is still tidying up.
    const holder = spawn("sh", ["-c", HOLDER, "sh", file, ...(wait ? [] : ["-n"])], {
      stdio: ["pipe", "pipe", "ignore"],
      detached: true,
    });
    const gone = once(holder, "close");
    const inode = await Promise.race([
      once(holder.stdout, "data").then(([chunk]) => Number(String(chunk))),
      gone.then(() => undefined),
    ]);
    if (inode === undefined) return undefined;
    const release = async (): Promise<void> => {
      holder.stdin.end();
      await gone;
    };
    // Whoever held it before us may have removed the file: then our lock is on one that nobody else sees.
    if ((await inodeOf(file)) === inode) return { release };
    await release();
  }
}

const inodeOf = (file: string): Promise<number | undefined> =>
  stat(file).then(
    ({ ino }) => ino,
    () => undefined,
  );
