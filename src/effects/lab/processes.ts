/** Processes by id and start time, which together name one process for good. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

export interface ProcessRecord {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since the machine's boot. */
  readonly startTime: string;
}

/** Reads `PID START`; undefined when the file is missing or not whole. */
export async function readRecord(file: string): Promise<ProcessRecord | undefined> {
  const match = /^(\d+) (\d+)\n$/.exec(await readFile(file, "utf8").catch(() => ""));
  return match === null ? undefined : { pid: Number(match[1]), startTime: match[2] ?? "" };
}

/** Whether exactly this process still runs; a zombie does not. */
export async function isAlive({ pid, startTime }: ProcessRecord): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The program's name is in parentheses and may contain anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[19] === startTime && fields[0] !== "Z";
}

export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}

/** Sends SIGKILL; a process that is gone already is fine. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Asks again and again until the answer is yes. @returns false when the time is over */
export async function until(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}
