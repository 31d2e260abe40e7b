/** The text of the host-side program, from the package's own `backends/host`. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { assembleProgram } from "../../domain/host/assemble.ts";

let assembled: Promise<string> | undefined;

/** Reads and assembles the program once; later calls get the same text. Throws when the package is incomplete. */
export function hostProgram(): Promise<string> {
  assembled ??= readParts(programFolder(import.meta.dirname)).then(assembleProgram);
  return assembled;
}

// From the sources and from a bundle alike: the nearest folder above that has it.
function programFolder(from: string): string {
  const candidate = join(from, "backends", "host");
  if (existsSync(join(candidate, "99-main.sh"))) return candidate;
  if (dirname(from) === from) throw new Error("the package of nixfleet is incomplete: backends/host is missing");
  return programFolder(dirname(from));
}

async function readParts(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => /^[0-9]{2}-[a-z-]+\.sh$/.test(name)).toSorted();
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}
