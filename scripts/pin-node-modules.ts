/** Renews nix/node-modules.json after a change of package-lock.json: `node scripts/pin-node-modules.ts`. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { archiveHash } from "./archive-hash.ts";

const root = resolve(import.meta.dirname, "..");

/** What the hash is good for: the runtime part of the lock file, as hex sha256. */
export function runtimeLock(lockFile: string): string {
  const { packages } = JSON.parse(readFileSync(lockFile, "utf8")) as { packages: Record<string, LockedPackage> };
  const runtime = Object.entries(packages)
    .filter(([path, { dev, optional, devOptional }]) => path !== "" && !dev && !optional && !devOptional)
    .map(([path, { version, integrity }]) => `${path} ${version} ${integrity}\n`);
  return createHash("sha256").update(runtime.sort().join("")).digest("hex");
}

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-pin-"));
  try {
    for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(root, file), join(folder, file));
    const args = ["ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
    const { status } = spawnSync("npm", args, { cwd: folder, stdio: "inherit" });
    if (status !== 0) throw new Error(`npm ci failed with ${status}`);
    for (const part of [".package-lock.json", ".bin"]) {
      rmSync(join(folder, "node_modules", part), { recursive: true, force: true });
    }
    const output = join(folder, "out");
    mkdirSync(output);
    renameSync(join(folder, "node_modules"), join(output, "node_modules"));
    const pin = { lock: runtimeLock(join(root, "package-lock.json")), hash: archiveHash(output) };
    writeFileSync(join(root, "nix", "node-modules.json"), `${JSON.stringify(pin, null, 2)}\n`);
    process.stdout.write(`nix/node-modules.json: ${pin.hash}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
