import { describe, expect, test } from "vitest";
import { fileContent, MAX_DIFF_BYTES } from "../../../src/domain/plan/file-content.ts";
import { diffOf } from "../../../src/domain/plan/file-diff.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a diff", () => {
  test.each([
    ["of a change", { old: "a\nb\nc\n", new: "a\nB\nc\n" }, "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"],
    ["of a new file", { new: "a\n" }, "@@ -0,0 +1,1 @@\n+a\n"],
    ["of a removed file", { old: "a\n" }, "@@ -1,1 +0,0 @@\n-a\n"],
    ["without line end", { old: "a\n", new: "a" }, "@@ -1,1 +1,1 @@\n-a\n+a\n\\ No newline at end of file\n"],
  ])("%s", (_title, sides, diff) => {
    expect(diffOf({ kind: "text", ...sides })).toEqual({ diff });
  });

  test("has three lines of context", () => {
    const lines = Array.from({ length: 20 }, (_, index) => `${index}\n`);
    const changed = lines.with(10, "ten\n");
    const { diff } = diffOf({ kind: "text", old: lines.join(""), new: changed.join("") });
    expect(diff).toBe("@@ -8,7 +8,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n");
  });

  test.each([
    ["of equal content", { kind: "text", old: "a", new: "a" } as const, {}],
    ["of content that nobody asked for", undefined, {}],
    ["of hidden content", { kind: "hidden" } as const, { withheld: "hidden" }],
    ["of a new empty file", { kind: "text", new: "" } as const, {}],
  ])("%s is none", (_title, content, expected) => {
    expect(diffOf(content)).toEqual(expected);
  });

  test("that nobody would read is withheld", () => {
    const long = Array.from({ length: 3000 }, (_, index) => `${index}\n`).join("");
    expect(diffOf({ kind: "text", new: long })).toEqual({ withheld: "large" });
  });
});

describe("content", () => {
  test.each([
    ["text", { old: bytes("a"), new: bytes("ü") }, { kind: "text", old: "a", new: "ü" }],
    ["one side", { new: bytes("a") }, { kind: "text", new: "a" }],
    ["a NUL", { old: bytes("a\0") }, { kind: "binary" }],
    ["no UTF-8", { old: bytes("a"), new: Uint8Array.of(0xff, 0xfe) }, { kind: "binary" }],
    ["too much", { new: new Uint8Array(MAX_DIFF_BYTES + 1) }, { kind: "large" }],
  ])("with %s", (_title, sides, expected) => {
    expect(fileContent(sides)).toEqual(expected);
  });
});
