/** Writes the thin layer that lies between the image and a machine's disk. */
import { chmod, chown, mkdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { archiveEntries } from "../../domain/lab/archive/release.ts";
import { type LayerEntry, machineLayer } from "../../domain/lab/machine-layer.ts";
import type { LabMachine, LabState } from "../../domain/lab/state.ts";
import { parseSubnet } from "../../domain/lab/subnet.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { LabPublicKeys } from "../../ports/lab.ts";
import { hostKeyFile, machineFolder } from "./lab-files.ts";

/** Does nothing when there is one: what lies below a disk may not change under it. */
export async function writeMachineLayer(
  folder: string,
  state: LabState,
  machine: LabMachine,
  keys: LabPublicKeys,
): Promise<Result<void>> {
  const subnet = parseSubnet(state.subnet);
  if (!subnet.ok) return subnet;
  const seed = join(machineFolder(folder, machine.name), "seed");
  if (await exists(seed)) return ok(undefined);
  const hostPrivate = await readFile(hostKeyFile(folder, machine.name), "utf8");
  const hostPublic = keys.host.get(machine.name) ?? "";
  const unfinished = `${seed}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await makeFolder(unfinished);
  const entries = machineLayer(machine, subnet.value, {
    login: keys.login,
    hostPrivate,
    hostPublic,
    signing: keys.signing,
  });
  for (const entry of [...entries, ...(state.archive === true ? archiveEntries(machine.shape) : [])])
    await writeEntry(unfinished, entry);
  // Written last, they tell systemd that no first-boot work on caches is to be done for this /usr.
  for (const folderName of ["etc", "var"]) await writeEntry(unfinished, { path: `${folderName}/.updated`, is: "file" });
  await rename(unfinished, seed);
  return ok(undefined);
}

async function writeEntry(seed: string, entry: LayerEntry): Promise<void> {
  const path = join(seed, entry.path);
  if (entry.is === "folder") return await makeFolder(path, entry.mode, entry.owner);
  await makeParents(seed, entry.path);
  if (entry.is === "link") return await symlink(entry.value ?? "", path);
  await writeFile(path, entry.value ?? "");
  await settle(path, entry.mode ?? 0o644, entry.owner);
}

/** What the layer says of a folder holds for the merged one too, so parents look like those of any Debian system. */
async function makeParents(seed: string, path: string): Promise<void> {
  const parent = dirname(path);
  if (parent === ".") return;
  await makeParents(seed, parent);
  await mkdir(join(seed, parent)).then(
    () => settle(join(seed, parent), 0o755, undefined),
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
}

async function makeFolder(path: string, mode = 0o755, owner?: number): Promise<void> {
  await mkdir(path, { recursive: true });
  await settle(path, mode, owner);
}

/** Says the mode outright, whatever the umask of the caller. */
async function settle(path: string, mode: number, owner = 0): Promise<void> {
  await chmod(path, mode);
  await chown(path, owner, owner);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
