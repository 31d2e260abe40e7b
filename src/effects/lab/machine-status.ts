/** Looks at a machine from outside, without logging in. */
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { LabMachine } from "../../domain/lab/state.ts";
import type { MachineStatus } from "../../ports/lab.ts";
import { run } from "./command.ts";
import { childrenOf, isAlive, readRecord } from "./processes.ts";

/** @param own the machine's folder */
export async function machineStatus(own: string, machine: LabMachine): Promise<MachineStatus> {
  const record = await readRecord(join(own, "supervisor"));
  if (record === undefined || !(await isAlive(record))) return { power: "off", readiness: "off", failedUnits: [] };
  const leader = await leaderOf(record.pid);
  if (leader === undefined) return { power: "on", readiness: "booting", failedUnits: [] };
  const [state, bootId] = await Promise.all([systemState(leader, machine.address), bootIdOf(leader)]);
  const failedUnits = state === "degraded" ? await failedUnitsOf(leader) : [];
  return { power: "on", readiness: state, failedUnits, leader, ...(bootId === undefined ? {} : { bootId }) };
}

/** The supervisor's child is the first of a process namespace, its child systemd-nspawn, and its child the machine's init. */
async function leaderOf(supervisor: number): Promise<number | undefined> {
  const [first] = await childrenOf(supervisor);
  const [nspawn] = first === undefined ? [] : await childrenOf(first);
  const candidates = nspawn === undefined ? [] : await childrenOf(nspawn);
  for (const pid of candidates) if (await isInit(pid)) return pid;
  return undefined;
}

/** While a machine is being set up, helpers stand where its init will be. */
async function isInit(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return /^NSpid:(?:\t\d+)+\t1$/m.test(status);
}

async function systemState(leader: number, address: string): Promise<MachineStatus["readiness"]> {
  const [greeted, system] = await Promise.all([greets(address), inside(leader, ["systemctl", "is-system-running"])]);
  if (system.stdout === "degraded") return "degraded";
  if (system.stdout !== "running") return "booting";
  return greeted ? "ready" : "unreachable";
}

async function failedUnitsOf(leader: number): Promise<string[]> {
  const { stdout } = await inside(leader, [
    "systemctl",
    "list-units",
    "--failed",
    "--plain",
    "--no-legend",
    "--no-pager",
  ]);
  return stdout
    .split("\n")
    .flatMap((line) => line.trim().split(/\s+/).slice(0, 1))
    .filter(Boolean);
}

const inside = (leader: number, argv: readonly string[]): ReturnType<typeof run> =>
  run(["nsenter", `--target=${leader}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--", ...argv]);

async function bootIdOf(leader: number): Promise<string | undefined> {
  const file = `/proc/${leader}/root/proc/sys/kernel/random/boot_id`;
  return (await readFile(file, "utf8").catch(() => undefined))?.trim();
}

const GREETING_TIMEOUT_MS = 1_000;

/** Whether an SSH server says its name on the machine's port 22. */
function greets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: GREETING_TIMEOUT_MS });
    const answer = (greeted: boolean): void => {
      socket.destroy();
      resolve(greeted);
    };
    socket.once("data", (chunk) => answer(chunk.toString("latin1").startsWith("SSH-2.0-")));
    for (const end of ["timeout", "error", "close"]) socket.once(end, () => answer(false));
  });
}
