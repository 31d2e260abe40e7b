/** What this machine says it runs. */
import { readFile } from "node:fs/promises";

/** The fields of os-release; none where there is no such file. */
export async function osRelease(): Promise<Readonly<Record<string, string | undefined>>> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  const fields = text.split("\n").flatMap((line) => {
    const match = /^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(.*))$/.exec(line);
    return match === null ? [] : [[match[1] ?? "", match[2] ?? match[3] ?? match[4] ?? ""] as const];
  });
  return Object.fromEntries(fields);
}
