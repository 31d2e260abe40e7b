/** What pages tell people to type is something that can be typed, and what they show of inventories is one. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readInventoryText } from "../support/inventory.ts";
import { objection, typedCommands } from "../support/typed-commands.ts";

const root = resolve(import.meta.dirname, "../..");
const pages = ["README.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"))].map((name) =>
  name === "README.md" ? name : `docs/${name}`,
);
const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

describe.each(pages)("%s", (page) => {
  test("names only commands and options that there are", async () => {
    const objections = await Promise.all(
      typedCommands(textOf(page)).map(async (text) => [text, await objection(text)] as const),
    );
    expect(objections.filter(([, why]) => why !== undefined)).toEqual([]);
  });

  test("shows only inventory settings that there are", () => {
    for (const [, text = ""] of textOf(page).matchAll(/```yaml\n(.*?)```/gs)) {
      if (!isInventory(text)) continue;
      const mistakes = readInventoryText(text).failures.filter(({ code }) => !ofTheRest.has(code));
      expect(mistakes, text).toEqual([]);
    }
  });

  test("links only to pages and headings that there are", () => {
    for (const [, target = ""] of textOf(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path = "", heading] = target.split("#");
      const file = path === "" ? page : join(page, "..", path);
      const linked = /\.md$/.test(file) ? textOf(file) : readdirOrFile(file);
      if (heading !== undefined) expect(headingsOf(linked)).toContain(heading);
    }
  });
});

test("a command that there is not is found", async () => {
  expect(typedCommands("    nixfleet plan --nope   # what\n\n`nixfleet apply --yes`")).toEqual([
    "plan --nope",
    "apply --yes",
  ]);
  expect(await objection("plan --nope")).toBe("no option --nope");
  expect(await objection("runs shwo")).toBe("no command shwo");
  expect(await objection("run --host web-1 -- ls --all")).toBeUndefined();
});

const SECTIONS = /^(fleet|defaults|groups|hosts|rollouts|tasks):/m;
/** The file of recipients has groups and hosts, too, and people. */
const isInventory = (text: string): boolean => SECTIONS.test(text) && !/^people:/m.test(text);

/** An excerpt names what stands elsewhere. */
const ofTheRest: ReadonlySet<string> = new Set([
  "inventory/empty",
  "inventory/no-base",
  "inventory/no-address",
  "inventory/unknown-host",
  "inventory/unknown-group",
  "inventory/unknown-rollout",
]);

function readdirOrFile(path: string): string {
  const at = join(root, path);
  try {
    return readdirSync(at).join("\n");
  } catch {
    return readFileSync(at, "utf8");
  }
}

const headingsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
