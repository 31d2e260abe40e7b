/** The lab's state folder. */
import { access, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inventoryFile, knownHostsFile, sshConfigFile } from "../../domain/lab/access-files.ts";
import { type LabState, labStateSchema } from "../../domain/lab/state.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LabAccess, LabLock, LabPublicKeys, LabStore } from "../../ports/lab.ts";
import { ensureKeys } from "./keys.ts";
import { labFiles } from "./lab-files.ts";
import { takeLock } from "./lock.ts";
import { nixSystem } from "./nix-system.ts";

/** @param folder absolute path without links */
export const labStore = (folder: string): LabStore => ({
  folder,
  read: () => read(folder),
  write: (state) => write(folder, state),
  ensureKeys: (state, nix) => ensureKeys(folder, state, nix),
  writeAccessFiles: (state, keys) => writeAccessFiles(folder, state, keys),
  access: accessOf(folder),
  lock: () => lock(folder),
  remove: () => remove(folder),
});

async function read(folder: string): Promise<Result<LabState | undefined>> {
  const file = labFiles(folder).state;
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== "string") return unreadable(file, text);
  const parsed = labStateSchema.safeParse(parseJson(text));
  if (parsed.success) return ok(parsed.data);
  return err(
    failure("lab/damaged-state", `the lab's state file ${file} cannot be read`, { next: "nixfleet lab down" }),
  );
}

/** A folder that only root may enter says nothing about whether a lab is in it. */
function unreadable(file: string, error: NodeJS.ErrnoException): Result<undefined> {
  if (error.code === "ENOENT") return ok(undefined);
  if (error.code === "EACCES")
    return err(
      failure("lab/not-root", "the lab is root's", { found: `no access to ${file}`, next: "run it with sudo" }),
    );
  return err(failure("lab/damaged-state", `the lab's state file ${file} cannot be read`, { detail: error.message }));
}

async function write(folder: string, state: LabState): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceFile(labFiles(folder).state, `${JSON.stringify(state, undefined, 2)}\n`);
}

async function writeAccessFiles(folder: string, state: LabState, keys: LabPublicKeys): Promise<void> {
  const files = labFiles(folder);
  await mkdir(files.inventoryFolder, { recursive: true });
  await replaceFile(files.inventory, inventoryFile(state, files.loginKey, keys.host, nixSystem()));
  await replaceFile(files.knownHosts, knownHostsFile(state, keys.host));
  await replaceFile(files.sshConfig, sshConfigFile(state, files.loginKey, files.knownHosts));
}

function accessOf(folder: string): LabAccess {
  const { inventory, sshConfig, knownHosts, loginKey, signingKey } = labFiles(folder);
  return { inventory, sshConfig, knownHosts, identityFile: loginKey, signingKey };
}

/** Refuses a folder that holds other things, since `remove` would not know them from ours. */
async function lock(folder: string): Promise<Result<LabLock>> {
  const files = labFiles(folder);
  const names = await readdir(folder).catch(() => []);
  if (names.some((name) => !files.ownNames.includes(name)))
    return err(
      failure("lab/bad-option", `the state folder ${folder} holds other things than a lab`, {
        expected: "an empty folder, or one that does not exist",
        found: names.slice(0, 5).join(", "),
      }),
    );
  const taken = await takeLock(files.lock, false);
  if (taken !== undefined) return ok({ release: () => release(folder, taken) });
  return err(failure("lab/busy", `another lab command works on the lab in ${folder}`));
}

/** A command that ends without a lab leaves no folder either. */
async function release(folder: string, taken: LabLock): Promise<void> {
  const there = await access(labFiles(folder).state).then(
    () => true,
    () => false,
  );
  if (!there) await remove(folder);
  await taken.release();
}

/** The state file goes last, so that a removal which was cut short is taken up again. */
async function remove(folder: string): Promise<void> {
  const files = labFiles(folder);
  const last = [files.state, files.lock];
  const first = files.ownNames.map((name) => join(folder, name)).filter((path) => !last.includes(path));
  for (const path of [...first, ...last]) await rm(path, { recursive: true, force: true, maxRetries: 5 });
  await rmdir(folder).catch(() => undefined);
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
