import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

// Imports may only point right or down: cli -> workflows -> engine -> domain; effects implement ports.
const allowed: Readonly<Record<string, readonly string[]>> = {
  domain: ["domain"],
  ports: ["domain", "ports"],
  engine: ["domain", "ports", "engine"],
  effects: ["domain", "ports", "effects"],
  workflows: ["domain", "ports", "engine", "workflows"],
  cli: ["domain", "ports", "workflows", "cli"],
};
// The one place that wires effects to ports: cli/wire.ts and the folder beside it.
const compositionRoot = /^cli\/wire(\/[^/]+)?\.ts$/;

const src = resolve(import.meta.dirname, "../../src");
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:from|import\()\s*["']([^"']+)["']/g)].map((match) => match[1] ?? "");

describe("the layers", () => {
  test.each(files)("%s imports only what its layer may", (file) => {
    const text = readFileSync(join(src, file), "utf8");
    const layer = file.split("/")[0] ?? "";
    const targets = importsOf(text)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => relative(src, resolve(src, dirname(file), specifier)))
      .filter((target) => !target.startsWith(".."));
    const layersMet = new Set(targets.map((target) => target.split("/")[0] ?? ""));
    const mayImport = [...(allowed[layer] ?? []), ...(compositionRoot.test(file) ? ["effects", "engine"] : [])];
    expect([...layersMet].filter((met) => !mayImport.includes(met))).toEqual([]);
  });

  test.each(files.filter((file) => file.startsWith("domain/")))("%s is pure", (file) => {
    const text = readFileSync(join(src, file), "utf8");
    const nodeImports = importsOf(text).filter(
      (specifier) => specifier.startsWith("node:") && specifier !== "node:crypto",
    );
    expect(nodeImports).toEqual([]);
    expect(text).not.toMatch(/\bawait\b|Date\.now\(|new Date\(\)|Math\.random\(|\bconsole\.|process\./);
  });

  test.each(files.filter((file) => file !== "cli/main.ts"))("%s leaves the process alone", (file) => {
    expect(readFileSync(join(src, file), "utf8")).not.toMatch(/process\.exit\(|\bconsole\./);
  });

  test.each(files)("%s stays under 300 lines", (file) => {
    expect(readFileSync(join(src, file), "utf8").split("\n").length).toBeLessThanOrEqual(300);
  });
});
