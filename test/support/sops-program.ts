/** A stand-in for the sops program: `sops --decrypt --extract '["a"]["b"]' FILE`, with the keys of SOPS_AGE_KEY_FILE. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decryptSops } from "./sops-file.ts";

/** Puts it into a folder for PATH, under its own name. */
export function installSops(folder: string): void {
  const program = join(folder, "sops");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${import.meta.filename}' "$@"\n`);
  chmodSync(program, 0o755);
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<void> {
  const [decrypt, extract, path = "", file = ""] = args;
  if (decrypt !== "--decrypt" || extract !== "--extract" || args.length !== 4)
    fail(1, `unknown arguments: ${args.join(" ")}`);
  const keyFile = process.env.SOPS_AGE_KEY_FILE ?? "";
  if (!existsSync(keyFile)) fail(128, "Failed to get the data key required to decrypt the SOPS file.");
  const identities = readFileSync(keyFile, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  try {
    let node: unknown = await decryptSops(readFileSync(file, "utf8"), identities);
    for (const [, key = ""] of path.matchAll(/\["?([^"\]]+)"?\]/g))
      node = (node as Record<string, unknown> | undefined)?.[key];
    if (node === undefined || typeof node === "object") fail(1, `component ${path} not found`);
    process.stdout.write(String(node));
  } catch (error) {
    fail(128, (error as Error).message);
  }
}

function fail(code: number, words: string): never {
  process.stderr.write(`${words}\n`);
  process.exit(code);
}
