/** The control groups of a lab: what is in them is the lab's by construction, whatever became of its records. */
import { readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { controlGroup, type LabId } from "../../domain/lab/naming.ts";
import { run } from "./command.ts";
import { kill, until } from "./processes.ts";

const HIERARCHIES = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];

/** Ends every process in the lab's groups and removes the groups. */
export async function clearControlGroups(id: LabId): Promise<void> {
  // Where systemd keeps the groups, machines are scopes; it removes their groups itself.
  await run(["systemctl", "kill", "--signal=KILL", `${controlGroup(id)}-*.scope`]);
  await Promise.all(HIERARCHIES.map((hierarchy) => clear(join(hierarchy, controlGroup(id)))));
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
  await until(cleared, 10_000);
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
