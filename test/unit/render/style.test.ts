import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { type ColorChoice, plainStyle, styleFor, usesColor } from "../../../src/cli/render/style.ts";
import { textWidth } from "../../../src/cli/render/text-width.ts";

const terminal = { isTTY: true };
const file = {};

describe("colour", () => {
  test.each<[string, { isTTY?: boolean }, Record<string, string>, ColorChoice, boolean]>([
    ["is on a terminal by default", terminal, {}, "auto", true],
    ["is not in a file by default", file, {}, "auto", false],
    ["is not on a dumb terminal", terminal, { TERM: "dumb" }, "auto", false],
    ["is nowhere with NO_COLOR", terminal, { NO_COLOR: "1" }, "auto", false],
    ["does not mind an empty NO_COLOR", terminal, { NO_COLOR: "" }, "auto", true],
    ["is everywhere with FORCE_COLOR", file, { FORCE_COLOR: "1" }, "auto", true],
    ["is everywhere with CLICOLOR_FORCE", file, { CLICOLOR_FORCE: "1" }, "auto", true],
    ["is nowhere with FORCE_COLOR=0", terminal, { FORCE_COLOR: "0" }, "auto", false],
    ["is nowhere with CLICOLOR=0", terminal, { CLICOLOR: "0" }, "auto", false],
    ["obeys NO_COLOR before FORCE_COLOR", terminal, { NO_COLOR: "1", FORCE_COLOR: "1" }, "auto", false],
    ["obeys FORCE_COLOR before TERM=dumb", file, { FORCE_COLOR: "1", TERM: "dumb" }, "auto", true],
    ["obeys NIXFLEET_COLOR before NO_COLOR", file, { NIXFLEET_COLOR: "always", NO_COLOR: "1" }, "auto", true],
    [
      "obeys NIXFLEET_COLOR=never before FORCE_COLOR",
      terminal,
      { NIXFLEET_COLOR: "never", FORCE_COLOR: "1" },
      "auto",
      false,
    ],
    ["decides by itself with NIXFLEET_COLOR=auto", terminal, { NIXFLEET_COLOR: "auto" }, "auto", true],
    ["obeys --color before everything", file, { NIXFLEET_COLOR: "never", NO_COLOR: "1", TERM: "dumb" }, "always", true],
    ["obeys --color=never before everything", terminal, { NIXFLEET_COLOR: "always", FORCE_COLOR: "1" }, "never", false],
  ])("%s", (_name, stream, env, choice, expected) => {
    expect(usesColor(stream, env, choice)).toBe(expected);
  });

  test("is really in the text, or really not", () => {
    expect(styleFor(file, {}, "always").bad("no")).toBe("\u001b[31m\u001b[1mno\u001b[22m\u001b[39m");
    expect(plainStyle.bad("no")).toBe("no");
  });
});

describe("drawing characters", () => {
  test.each<[string, Record<string, string>, boolean]>([
    ["a UTF-8 locale", { LANG: "en_GB.UTF-8" }, true],
    ["C.utf8", { LC_ALL: "C.utf8", LANG: "C" }, true],
    ["LC_ALL before LANG", { LC_ALL: "C", LANG: "C.UTF-8" }, false],
    ["no locale", {}, false],
    ["the console of Linux", { LANG: "C.UTF-8", TERM: "linux" }, false],
  ])("by %s", (_name, env, expected) => {
    expect(styleFor(terminal, env).unicode).toBe(expected);
  });
});

test.each([
  "",
  "web-1",
  "é",
  "日本語",
  "\u{1f600} ok",
  "\u001b[31mred\u001b[39m",
  "\u001b[1m日本\u001b[22m",
  "a\u0301",
  "…",
])("takes %j for as wide as terminals do", (text) => {
  expect(textWidth(text)).toBe(stringWidth(text));
});
