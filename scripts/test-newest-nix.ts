/** `npm run test:newest-nix`: the tests of everything that talks to Nix, with the newest Nix that Debian has. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { cacheFolder } from "../src/effects/lab/cache-folder.ts";
import { nixBinDir } from "../src/effects/lab/nix-commands.ts";

const root = join(import.meta.dirname, "..");

function run(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status } = spawnSync(file, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

run(join(root, "bin/nixfleet"), ["lab", "image", "--sid", "--install-deps"]);
const NIXFLEET_NIX = join(nixBinDir(cacheFolder(process.env), "sid"), "nix");
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--project"];
run(process.execPath, [...vitest, "nix"], { NIXFLEET_NIX });
run(process.execPath, [...vitest, "contract", "test/contract/nix-builder.test.ts"], { NIXFLEET_NIX });
run(process.execPath, [...vitest, "long", "test/e2e/nix-versions.test.ts"]);
