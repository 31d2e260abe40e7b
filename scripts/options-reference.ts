/** Writes docs/modules.md from the option declarations in lib/intent: `node scripts/options-reference.ts`. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { findNix } from "../src/effects/lab/nix-outside.ts";

interface OptionEntry {
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
  readonly readOnly: boolean;
  readonly description: string;
}

const root = resolve(import.meta.dirname, "..");
const page = join(root, "docs", "modules.md");
const START = "<!-- options: made by scripts/options-reference.ts -->\n";

/** The page as it should be: its own introduction, and the options as they are declared now. */
export function referencePage(): string {
  const [introduction] = readFileSync(page, "utf8").split(START);
  return `${introduction}${START}${declaredOptions().map(section).join("")}`;
}

/** All options with their types, defaults and descriptions, in the order of their names. */
export function declaredOptions(): readonly OptionEntry[] {
  const nix = findNix(process.env)?.nix;
  if (nix === undefined) throw new Error("the options reference needs Nix");
  const expression = `import ${root}/lib/options-reference.nix { lib = import ${root}/test/support/nixpkgs/lib; }`;
  const args = ["eval", "--impure", "--json", "--extra-experimental-features", "nix-command flakes"];
  const { status, stdout, stderr } = spawnSync(nix, [...args, "--expr", expression], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as OptionEntry[];
}

function section({ name, type, default: standard, readOnly, description }: OptionEntry): string {
  const fact = readOnly ? "read-only" : standard === null ? "required" : `default: \`${standard}\``;
  return `\n### \`${name}\`\n\n${description}\n\n- ${type}\n- ${fact}\n`;
}

if (import.meta.main) writeFileSync(page, referencePage());
