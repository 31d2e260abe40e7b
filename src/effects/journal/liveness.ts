/** Whether the process that wrote a journal still runs: by pid and start time, since pids are used again. */
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { pid } from "node:process";
import { z } from "zod";

export const processMarkSchema = z.object({
  pid: z.int(),
  /** Clock ticks since boot at which the process started, with the boot's id; empty where there is no /proc. */
  started: z.string(),
  /** Pids of another machine say nothing here (home folders are shared). */
  machine: z.string(),
});
export type ProcessMark = z.infer<typeof processMarkSchema>;

/** The mark of this very process. */
export async function processMark(): Promise<ProcessMark> {
  return { pid, started: await startOf(pid), machine: hostname() };
}

/** Undefined when it cannot be known from here. */
export async function isAlive(mark: ProcessMark, here: ProcessMark): Promise<boolean | undefined> {
  if (mark.machine !== here.machine) return undefined;
  if (mark.started === "") return signalReaches(mark.pid);
  return (await startOf(mark.pid)) === mark.started;
}

async function startOf(ofPid: number): Promise<string> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${ofPid}/stat`, "utf8"),
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    ]);
    // The second field, the command in brackets, may hold spaces and brackets itself; starttime is the 22nd.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${boot.trim()} ${fields[19] ?? ""}`;
  } catch {
    return "";
  }
}

function signalReaches(ofPid: number): boolean {
  try {
    return process.kill(ofPid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
