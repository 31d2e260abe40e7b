/** Makes room for the file watches of many machines, and gives the former limit back. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { formerLimit, raisedLimit } from "../../domain/lab/inotify-limit.ts";
import { isBridgeName } from "../../domain/lab/naming.ts";

const FILE = "/proc/sys/fs/inotify/max_user_instances";

/** Call it once the lab's bridge is there, which tells other labs that this one needs the limit too. */
export const raiseInotifyLimit = (): Promise<void> => change(raisedLimit);

/** Does nothing while a lab is up. */
export async function restoreInotifyLimit(): Promise<void> {
  const interfaces = await readdir("/sys/class/net");
  if (!interfaces.some(isBridgeName)) await change(formerLimit);
}

/** Where the limit cannot be changed, as inside of a container, machines try with what there is. */
async function change(to: (present: number) => number | undefined): Promise<void> {
  const wanted = to(Number(await readFile(FILE, "utf8")));
  if (wanted !== undefined) await writeFile(FILE, String(wanted)).catch(() => undefined);
}
