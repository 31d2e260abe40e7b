/** `npm run bench -- NAME [ARGUMENTS]`: runs one benchmark; without a name lists them. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .map((file) => file.slice(0, -".ts".length));
const [name, ...args] = process.argv.slice(2);

if (name !== undefined && names.includes(name)) {
  const { status } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(folder, `${name}.ts`), ...args],
    {
      stdio: "inherit",
    },
  );
  process.exitCode = status ?? 1;
} else {
  const widest = Math.max(...names.map((known) => known.length));
  console.error("npm run bench -- NAME; the names are:\n");
  for (const known of names) console.error(`  ${known.padEnd(widest)}  ${purposeOf(known)}`);
  process.exitCode = name === undefined ? 0 : 3;
}

/** The first comment of a benchmark says what it measures. */
function purposeOf(known: string): string {
  const text = readFileSync(join(folder, `${known}.ts`), "utf8");
  return /^\/\*\*\s*(?:\*\s*)?([^\n]*?)(?:\s*\*\/)?$/m.exec(text)?.[1] ?? "";
}
