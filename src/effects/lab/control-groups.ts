/** The control groups of a lab: what is in them is the lab's by construction, whatever became of its records. */
import { readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { controlGroup, type LabId } from "../../domain/lab/naming.ts";
import { run } from "./command.ts";
import { kill, until } from "./processes.ts";

const HIERARCHIES = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];

const END_TIMEOUT_MS = 10_000;

/** Ends every process in the lab's groups and removes the groups. */
export async function clearControlGroups(id: LabId): Promise<void> {
  await endScopes(`${controlGroup(id)}-*.scope`);
  await Promise.all(HIERARCHIES.map((hierarchy) => clear(join(hierarchy, controlGroup(id)))));
}

/** Where systemd keeps the groups, machines are scopes, which go when the last process in them is gone. */
async function endScopes(pattern: string): Promise<void> {
  const ended = async (): Promise<boolean> => {
    const { stdout } = await run(["systemctl", "list-units", "--plain", "--no-legend", "--all", pattern]);
    if (stdout === "") return true;
    await run(["systemctl", "kill", "--signal=KILL", pattern]);
    return false;
  };
  await until(ended, END_TIMEOUT_MS);
}

/** Removes one machine's groups; its processes are gone. */
export async function removeMachineGroup(group: string): Promise<void> {
  await Promise.all(HIERARCHIES.map((hierarchy) => clear(join(hierarchy, group))));
}

async function clear(group: string): Promise<void> {
  const cleared = async (): Promise<boolean> => {
    const groups = await groupsBelow(group);
    for (const folder of groups) for (const pid of await members(folder)) kill(pid);
    for (const folder of groups) await rmdir(folder).catch(() => undefined);
    return (await groupsBelow(group)).length === 0;
  };
  await until(cleared, END_TIMEOUT_MS);
}

/** The group and all inside it, the innermost first. */
async function groupsBelow(group: string): Promise<string[]> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const inner = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => groupsBelow(join(group, entry.name))),
  );
  return [...inner.flat(), group];
}

async function members(group: string): Promise<number[]> {
  const text = await readFile(join(group, "cgroup.procs"), "utf8").catch(() => "");
  return text.split("\n").filter(Boolean).map(Number);
}
