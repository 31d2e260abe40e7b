/** Lab machines: switched on and off, wiped, and looked at from outside. */
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MACHINE_PROGRAM } from "../../domain/lab/machine-program.ts";
import type { LabMachine, LabState } from "../../domain/lab/state.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LabImage, LabMachines, LabPublicKeys } from "../../ports/lab.ts";
import { clearControlGroups } from "./control-groups.ts";
import { labFiles, machineFolder } from "./lab-files.ts";
import { writeMachineLayer } from "./layer.ts";
import { machineStatus } from "./machine-status.ts";
import { outputTail } from "./output-tail.ts";
import { isAlive, readRecord } from "./processes.ts";
import { killSupervisor, launchSupervisor } from "./supervisor.ts";

/** @param folder the lab's state folder */
export const labMachines = (folder: string): LabMachines => ({
  start: (state, machine, image, keys) => start(folder, state, machine, image, keys),
  kill: (state, name) => killSupervisor(machineFolder(folder, name), state),
  wipe: (name) => wipe(machineFolder(folder, name)),
  status: (_state, machine) => machineStatus(machineFolder(folder, machine.name), machine),
  consoleTail: (name) => outputTail(machineFolder(folder, name)),
  folders: () => machineFolders(labFiles(folder).machinesFolder),
  sweep: ({ id }) => clearControlGroups(id),
});

async function start(
  folder: string,
  state: LabState,
  machine: LabMachine,
  image: LabImage,
  keys: LabPublicKeys,
): Promise<Result<void>> {
  const own = machineFolder(folder, machine.name);
  const running = await readRecord(join(own, "supervisor"));
  if (running !== undefined && (await isAlive(running))) return ok(undefined);
  await prepareFolder(own, imageOf(machine, image));
  const layered = await writeMachineLayer(folder, state, machine, keys);
  if (!layered.ok) return err(layered.error);
  return await launchSupervisor(own, state, machine);
}

function imageOf({ bare, suite }: LabMachine, image: LabImage): string {
  if (bare === true) return image.bare;
  return suite === "sid" ? image.sid : image.root;
}

/** The disk (`upper`) is kept when there is one; everything else is written anew. */
async function prepareFolder(own: string, image: string): Promise<void> {
  for (const name of ["upper", "work", "root"]) await mkdir(join(own, name), { recursive: true, mode: 0o755 });
  await rm(join(own, "image"), { force: true });
  await symlink(image, join(own, "image"));
  await writeFile(join(own, "machine.sh"), MACHINE_PROGRAM);
}

async function wipe(own: string): Promise<void> {
  await Promise.all(["upper", "work", "seed"].map((name) => rm(join(own, name), { recursive: true, force: true })));
}

async function machineFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
