/** Starts and ends the process that supervises a machine. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bridgeName, cableName, controlGroup, type LabId, machineId } from "../../domain/lab/naming.ts";
import type { LabMachine, LabState } from "../../domain/lab/state.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { removeMachineGroup } from "./control-groups.ts";
import { removeLink } from "./network.ts";
import { outputFile, outputTail } from "./output-tail.ts";
import { childrenOf, isAlive, kill, readRecord, until } from "./processes.ts";

const RECORD_TIMEOUT_MS = 10_000;
const END_TIMEOUT_MS = 20_000;

/** @param own the machine's folder, complete with layer and program */
export async function launchSupervisor(own: string, state: LabState, machine: LabMachine): Promise<Result<void>> {
  await rm(join(own, "supervisor"), { force: true });
  // Kept beside the disk, so that the machine's groups and cable are found also when the lab's state is lost.
  await writeFile(join(own, "number"), `${machine.number}\n`);
  await writeFile(join(own, "wanted"), "");
  const log = await open(outputFile(own), "w", 0o600);
  const [file, ...args] = await supervisorCommand(own, state, machine);
  const child = spawn(file, args, { detached: true, stdio: ["ignore", log.fd, log.fd] });
  const ended = Promise.race([once(child, "error"), once(child, "exit")]).catch(() => undefined);
  child.unref();
  await log.close();
  const recorded = until(async () => (await readRecord(join(own, "supervisor"))) !== undefined, RECORD_TIMEOUT_MS);
  if (await Promise.race([recorded, ended.then(() => false)])) return ok(undefined);
  const detail = await outputTail(own);
  const what = `${machine.name} could not be started`;
  return err(failure("lab/start-failed", what, detail === "" ? {} : { detail }));
}

async function supervisorCommand(own: string, state: LabState, machine: LabMachine): Promise<[string, ...string[]]> {
  const id = machineId(state.id, machine.number);
  const program = (group: string): [string, ...string[]] => [
    "sh",
    join(own, "machine.sh"),
    "supervise",
    own,
    group,
    id,
    machine.name,
    bridgeName(state.id),
  ];
  if (!(await systemdIsInCharge())) return program(`${controlGroup(state.id)}/${machine.number}`);
  const unit = `--unit=${controlGroup(state.id)}-${machine.number}`;
  return ["systemd-run", "--scope", "--quiet", "--collect", "--property=Delegate=yes", unit, "--", ...program("")];
}

/** Then control groups are its own, and a scope is the way to get one. */
const systemdIsInCharge = (): Promise<boolean> =>
  access("/run/systemd/system").then(
    () => true,
    () => false,
  );

/**
 * Ends a machine at once with everything in it, and waits until the kernel let go of it. Works from what is on disk and
 * what runs, so also for a machine whose start was cut short.
 */
export async function killSupervisor(own: string, { id }: { readonly id: LabId }): Promise<void> {
  await rm(join(own, "wanted"), { force: true });
  const record = await readRecord(join(own, "supervisor"));
  if (record !== undefined && (await isAlive(record))) {
    // The child is the first process of the machine's process namespace: it takes all others along, and goes last.
    const [first = record.pid] = await childrenOf(record.pid);
    kill(first);
    await until(async () => !(await isAlive(record)), END_TIMEOUT_MS);
  }
  const number = Number(await readFile(join(own, "number"), "utf8").catch(() => "0"));
  if (number === 0) return;
  await removeMachineGroup(`${controlGroup(id)}/${number}`);
  await removeLink(cableName(id, number));
}
