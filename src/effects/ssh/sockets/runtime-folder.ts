/** A folder of mode 0700 for the sockets of this process, with a path short enough for a unix socket. */
import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";

export interface RuntimeFolder {
  /** Made with the first call. Fails with `transport/runtime-folder`. */
  path(): Promise<Result<string>>;
  /** A path in the folder that is not in use; nothing is made there. */
  newPath(): Promise<Result<string>>;
  remove(): Promise<void>;
}

// A socket's path has room for 108 bytes, and OpenSSH needs 17 more for the name it makes first. Names here are
// `/<pid>-<8 digits>/<8 digits>`, at most 26 characters.
const MAX_BASE_BYTES = 60;
const MAX_TRIES = 5;
const LEFTOVER_MS = 24 * 60 * 60 * 1000;

export function createRuntimeFolder(environment: Readonly<Record<string, string | undefined>>): RuntimeFolder {
  let made: Promise<Result<string>> | undefined;
  const path = () => {
    made ??= make(environment);
    return made;
  };
  return {
    path,
    async newPath() {
      const folder = await path();
      return folder.ok ? ok(join(folder.value, randomBytes(4).toString("hex"))) : folder;
    },
    async remove() {
      const folder = await made;
      made = undefined;
      if (folder?.ok !== true) return;
      await rm(folder.value, { recursive: true, force: true });
      // Others of our processes may still use the base.
      await rmdir(dirname(folder.value)).catch(() => {});
    },
  };
}

async function make(environment: Readonly<Record<string, string | undefined>>): Promise<Result<string>> {
  const { uid } = userInfo();
  const runtime = environment.XDG_RUNTIME_DIR;
  const candidates = [...(runtime === undefined ? [] : [join(runtime, "nixfleet")]), join(tmpdir(), `nixfleet-${uid}`)];
  const problems: string[] = [];
  for (const base of [...candidates, `/tmp/nixfleet-${uid}`]) {
    const made = await makeIn(base, uid);
    if (made.ok) return made;
    problems.push(made.error);
  }
  return err(
    failure("transport/runtime-folder", "there is no private folder for sockets", {
      found: problems.join("; "),
      next: "set XDG_RUNTIME_DIR to a folder of yours with mode 0700",
    }),
  );
}

async function makeIn(base: string, uid: number): Promise<Result<string, string>> {
  for (let tries = 0; ; tries++) {
    try {
      const problem = await prepare(base, uid);
      return problem === undefined ? ok(await ownFolder(base)) : err(problem);
    } catch (error) {
      // Another process of ours may remove the empty base at this very moment.
      if (tries === MAX_TRIES) return err(`${base}: ${(error as Error).message}`);
    }
  }
}

/** Says what is wrong with a folder, if anything. Somebody else may have put one into /tmp before us. */
async function prepare(base: string, uid: number): Promise<string | undefined> {
  if (Buffer.byteLength(base) > MAX_BASE_BYTES) return `${base} is too long for a socket`;
  try {
    await mkdir(base, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") return `${base}: ${code}`;
  }
  const found = await lstat(base);
  if (!found.isDirectory()) return `${base} is no folder`;
  if (found.uid !== uid) return `${base} belongs to somebody else`;
  return (found.mode & 0o077) === 0 ? undefined : `${base} is open to others`;
}

async function ownFolder(base: string): Promise<string> {
  await removeLeftovers(base);
  const folder = join(base, `${process.pid}-${randomBytes(4).toString("hex")}`);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Folders of processes that were killed. A pid alone proves nothing: containers may share the folder but not the pids. */
async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const pid = Number(/^(\d+)-[0-9a-f]{8}$/.exec(name)?.[1]);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    const { mtimeMs } = await lstat(join(base, name));
    if (Date.now() - mtimeMs > LEFTOVER_MS) await rm(join(base, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
