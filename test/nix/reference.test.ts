import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { declaredOptions, referencePage } from "../../scripts/options-reference.ts";
import { runtimeLock } from "../../scripts/pin-node-modules.ts";
import { repository } from "../support/intent.ts";
import { noNix } from "../support/nix-fleet.ts";

describe.skipIf(noNix !== "")(`the options reference${noNix}`, () => {
  test("says what the options say now; else: node scripts/options-reference.ts", () => {
    expect(readFileSync(join(repository, "docs/modules.md"), "utf8")).toBe(referencePage());
  });

  test("describes every option in whole sentences", () => {
    const options = declaredOptions();
    expect(options.length).toBeGreaterThan(60);
    for (const { name, description } of options) expect(`${name}: ${description}`).toMatch(/: [A-Z<].*\.$/s);
  });
});

describe("the package's libraries", () => {
  test("are pinned as package-lock.json has them; else: node scripts/pin-node-modules.ts", () => {
    const pin = JSON.parse(readFileSync(join(repository, "nix/node-modules.json"), "utf8"));
    expect(pin.lock).toBe(runtimeLock(join(repository, "package-lock.json")));
  });
});
