/** The texts of the programs that run on hosts, from the package's own `backends`. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { assembleProgram } from "../../domain/host/assemble.ts";

let assembled: Promise<string> | undefined;

/** Reads and assembles the program once; later calls get the same text. Throws when the package is incomplete. */
export function hostProgram(): Promise<string> {
  assembled ??= readParts(join(backendsFolder(import.meta.dirname), "host")).then(assembleProgram);
  return assembled;
}

/** What the program that prepares fresh hosts has in common with the other: how it speaks, and how it finds Nix. */
const SHARED_PARTS = /^(00-preamble|10-records|12-values|14-trust-files|22-facts-more)\.sh$/;

/** The program of `nixfleet bootstrap`. */
export async function bootstrapProgram(): Promise<string> {
  const backends = backendsFolder(import.meta.dirname);
  const shared = await readParts(join(backends, "host"), SHARED_PARTS);
  return assembleProgram([...shared, ...(await readParts(join(backends, "bootstrap")))]);
}

// From the sources and from a bundle alike: the nearest folder above that has it.
function backendsFolder(from: string): string {
  const candidate = join(from, "backends");
  if (existsSync(join(candidate, "host", "99-main.sh"))) return candidate;
  if (dirname(from) === from) throw new Error("the package of nixfleet is incomplete: backends/host is missing");
  return backendsFolder(dirname(from));
}

async function readParts(folder: string, wanted = /^[0-9]{2}-[a-z-]+\.sh$/): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => wanted.test(name)).toSorted();
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
}
