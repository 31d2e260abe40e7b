// One quoting for every login shell.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quote, quoteAll } from "../../src/domain/host/quote.ts";

const shells: readonly (readonly [string, ...string[]])[] = [
  ["/bin/sh"],
  ["/bin/dash"],
  ["/bin/bash"],
  ["/usr/bin/busybox", "sh"],
  ["/usr/bin/zsh"],
  ["/usr/bin/fish"],
  ["/usr/bin/tcsh", "-f"],
];
// No newline: csh has no word with one. No NUL: no argument has one.
const character = fc.oneof(
  fc.constantFrom(..."abz '\"\\!$`*?[]{}()<>|&;#~=%^@-+,:./\t".split("")),
  fc.constantFrom("ä", "€", "💥"),
);
const word = fc.array(character, { maxLength: 12 }).map((characters) => characters.join(""));

describe.each(shells)("in %s", (shell, ...options) => {
  test.skipIf(!existsSync(shell))("every word comes out as it went in", () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const command = quoteAll(["/usr/bin/printf", "<%s>", ...words]);
        const { stdout } = spawnSync(shell, [...options, "-c", command], {
          encoding: "utf8",
          env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", HOME: "/nonexistent" },
        });
        expect(stdout).toBe(words.map((text) => `<${text}>`).join(""));
      }),
      { numRuns: 40 },
    );
  });
});

test("plain words stay readable", () => {
  expect(quoteAll(["sudo", "-n", "--", "/bin/sh", "a=b"])).toBe("sudo -n -- /bin/sh 'a=b'");
});

test("NUL cannot be quoted", () => {
  expect(() => quote("a\0b")).toThrow("NUL");
});
