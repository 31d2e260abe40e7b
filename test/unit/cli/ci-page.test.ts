import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { commands } from "../../../src/cli/commands/index.ts";
import { fakeStream } from "../../support/fake-terminal.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../../docs/ci.md"), "utf8");
const blocks = [...page.matchAll(/```(yaml|sh)\n([\s\S]*?)```/g)].map(([, language, text = ""]) => ({
  language,
  text,
}));
const lines = blocks.flatMap(({ text }) => text.match(/nixfleet [a-z-]+ .*$/gm) ?? []);

describe("the examples of docs/ci.md", () => {
  test("are YAML", () => {
    for (const { text } of blocks.filter(({ language }) => language === "yaml")) {
      expect(parseAllDocuments(text, { uniqueKeys: true }).flatMap(({ errors }) => errors)).toEqual([]);
    }
    expect(lines.length).toBeGreaterThan(4);
  });

  test.each(lines)("type flags that there are: %s", async (line) => {
    const [, name = "", ...words] = line.split(" ");
    const entry = commands.find((known) => known.name === name);
    const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    const streams = { stdin: process.stdin, stdout: fakeStream({}), stderr: fakeStream({}) };
    const context = { ...streams, env: {}, cwd: "/", exit: () => undefined, exitNow: () => undefined };
    (await entry?.load())?.configure(command, context);
    expect(command.parseOptions(words).unknown).toEqual([]);
  });
});
