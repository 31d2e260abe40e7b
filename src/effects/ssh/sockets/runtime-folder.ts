/** A folder of mode 0700 for the sockets of this process, with a path short enough for a unix socket. */
import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
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
      if (folder?.ok === true) await rm(folder.value, { recursive: true, force: true });
    },
  };
}

async function make(environment: Readonly<Record<string, string | undefined>>): Promise<Result<string>> {
  const { uid } = userInfo();
  const runtime = environment.XDG_RUNTIME_DIR;
  const candidates = [...(runtime === undefined ? [] : [join(runtime, "nixfleet")]), join(tmpdir(), `nixfleet-${uid}`)];
  const problems: string[] = [];
  for (const base of [...candidates, `/tmp/nixfleet-${uid}`]) {
    const problem = await prepare(base, uid);
    if (problem === undefined) return ok(await ownFolder(base));
    problems.push(problem);
  }
  return err(
    failure("transport/runtime-folder", "there is no private folder for sockets", {
      found: problems.join("; "),
      next: "set XDG_RUNTIME_DIR to a folder of yours with mode 0700",
    }),
  );
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

/** Folders of processes that were killed. */
async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const pid = Number(/^(\d+)-[0-9a-f]{8}$/.exec(name)?.[1]);
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(join(base, name), { recursive: true, force: true });
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
