import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CUSTOMIZE, imageName } from "../../../src/domain/lab/image-recipe.ts";
import { formerLimit, raisedLimit } from "../../../src/domain/lab/inotify-limit.ts";
import { MACHINE_PROGRAM } from "../../../src/domain/lab/machine-program.ts";
import { bridgeName, cableName, labIdOf } from "../../../src/domain/lab/naming.ts";
import { nixWrapper } from "../../../src/domain/lab/nix-wrapper.ts";

const programs = {
  "the machine's supervisor": MACHINE_PROGRAM,
  "the end of the image's build": CUSTOMIZE,
  "the Nix wrapper": nixWrapper("/cache/it's an image", '/cache/"nix" $conf'),
};

describe.each(Object.entries(programs))("%s", (_, text) => {
  test("passes shellcheck as a POSIX program", () => {
    const checked = spawnSync("shellcheck", ["--shell=sh", "-"], { input: text, encoding: "utf8" });
    expect(checked.stdout).toBe("");
    expect(checked.status).toBe(0);
  });
});

describe("the Nix wrapper", () => {
  test("says what to do when the image is gone, whatever is in its path", () => {
    const folder = mkdtempSync(join(tmpdir(), "wrapper-"));
    writeFileSync(join(folder, "nix"), nixWrapper(join(folder, "it's gone"), folder), { mode: 0o755 });
    const ran = spawnSync(join(folder, "nix"), ["--version"], { encoding: "utf8" });
    expect(ran).toMatchObject({ status: 127, stderr: expect.stringContaining("nixfleet lab image") });
    rmSync(folder, { recursive: true });
  });
});

describe("the names of what a lab makes", () => {
  const id = labIdOf("/var/lib/nixfleet-lab");

  test("fit into what the kernel allows for an interface, up to a thousand machines", () => {
    for (const name of [bridgeName(id), cableName(id, 999)]) expect(name.length).toBeLessThanOrEqual(15);
  });

  test("differ between state folders, and are the same each time", () => {
    expect(labIdOf("/var/lib/nixfleet-lab")).toBe(id);
    expect(labIdOf("/var/lib/other-lab")).not.toBe(id);
  });

  test("include the image's recipe", () => {
    expect(imageName()).toMatch(/^image-[0-9a-f]{12}$/);
  });
});

describe("the limit on file watches", () => {
  test("is raised where it is low, and finds back to what it was", () => {
    for (const before of [128, 512, 8191]) expect(formerLimit(raisedLimit(before) ?? 0)).toBe(before);
  });

  test("is left alone where it is high enough, or was raised already", () => {
    expect([raisedLimit(8192), raisedLimit(raisedLimit(128) ?? 0)]).toEqual([undefined, undefined]);
    expect([formerLimit(128), formerLimit(65_536), formerLimit(2_000_000)]).toEqual([undefined, undefined, undefined]);
  });
});
