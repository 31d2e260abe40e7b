/** The ssh_config files that `ssh` would read: what they say in outline, and a stamp that changes when any of them does. */
import { createHash } from "node:crypto";
import { glob, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { type ConfigOutline, outlineConfig } from "../../domain/ssh-config/outline.ts";
import type { TransportOptions } from "./options.ts";

export interface ConfigFiles {
  readonly outlines: readonly ConfigOutline[];
  /** Digest over paths, contents and the `ssh` program. */
  readonly stamp: string;
}

const SYSTEM_FILE = "/etc/ssh/ssh_config";
// As in OpenSSH, against files that include each other.
const MAX_DEPTH = 16;

/** Undefined when the files are arranged in a way that only `ssh` itself can follow. */
export async function readConfigFiles(
  options: Pick<TransportOptions, "sshConfig" | "environment">,
): Promise<ConfigFiles | undefined> {
  // ssh takes the home folder from the account, not from HOME.
  const userFolder = join(homedir(), ".ssh");
  const roots =
    options.sshConfig === undefined
      ? [
          { path: join(userFolder, "config"), folder: userFolder },
          { path: SYSTEM_FILE, folder: "/etc/ssh" },
        ]
      : [{ path: options.sshConfig, folder: userFolder }];
  const outlines: ConfigOutline[] = [];
  const digest = createHash("sha256").update(await programStamp(options.environment.PATH ?? ""));
  for (const { path, folder } of roots) {
    if (!(await follow(path, folder, 0))) return undefined;
  }
  return { outlines, stamp: digest.digest("hex") };

  async function follow(path: string, folder: string, depth: number): Promise<boolean> {
    if (depth > MAX_DEPTH) return false;
    const text = await readFile(path, "utf8").catch(() => undefined);
    digest.update(JSON.stringify([path, text ?? null]));
    if (text === undefined) return true;
    const outline = outlineConfig(text);
    outlines.push(outline);
    for (const pattern of outline.includes) {
      if (/[$%]/.test(pattern)) return false;
      const expanded = pattern.replace(/^~(?=\/)/, homedir());
      const absolute = isAbsolute(expanded) ? expanded : join(folder, expanded);
      const paths: string[] = [];
      for await (const found of glob(absolute)) paths.push(found);
      for (const included of paths.sort()) if (!(await follow(included, folder, depth + 1))) return false;
    }
    return true;
  }
}

/** Another `ssh` may have other defaults. */
async function programStamp(path: string): Promise<string> {
  for (const folder of path.split(delimiter)) {
    const found = await stat(join(folder, "ssh")).catch(() => undefined);
    if (found !== undefined) return `${folder} ${found.size} ${found.mtimeMs}`;
  }
  return "none";
}
