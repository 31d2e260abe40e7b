import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../../src/domain/outcome/result.ts";
import { findNix } from "../../src/effects/lab/nix-outside.ts";
import { createNixBuilder } from "../../src/effects/nix/builder.ts";
import type { NixSettings } from "../../src/effects/nix/settings.ts";
import type { EvaluatedHost } from "../../src/ports/nix-builder.ts";
import { hostName, inventoryOf, nixEnv, noNix } from "../support/nix-fleet.ts";
import { prepareNixpkgs } from "../support/nixpkgs/prepare.ts";

const root = resolve(import.meta.dirname, "../..");
const signal = new AbortController().signal;

const hostFiles = {
  good: '{ nixfleet.files."/etc/greeting".text = "hello"; }\n',
  typo: "{\n  nixfleet.fils = { };\n}\n",
  mistyped: '{\n  nixfleet.files."/etc/x".text = 3;\n}\n',
  syntax: "{\n  nixfleet.files = { }\n}\n",
  relative: '{\n  nixfleet.files."relative".text = "";\n}\n',
};

let top: string;
let settings: NixSettings;
let answers: ReadonlyMap<string, Result<EvaluatedHost>>;

beforeAll(async () => {
  if (noNix !== "") return;
  top = mkdtempSync(join(tmpdir(), "nixfleet-mkfleet-"));
  const fleet = layFleet();
  settings = {
    projectRoot: fleet,
    cacheDir: join(top, "cache"),
    stateDir: join(top, "state"),
    env: nixEnv,
    overrides: [{ input: "nixpkgs", url: prepareNixpkgs(join(top, "other-nixpkgs")) }],
  };
  const builder = createNixBuilder(settings);
  const source = await builder.source(signal);
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  const names = [...Object.keys(hostFiles), "fileless"];
  const inventoryJson = inventoryOf(Object.fromEntries(names.map((name) => [name, {}])));
  const evaluated = await builder.evaluate({ source: source.value, inventoryJson, hosts: names.map(hostName), signal });
  if (!evaluated.ok) throw new Error(JSON.stringify(evaluated.error));
  answers = evaluated.value;
});
afterAll(() => top && rmSync(top, { recursive: true, force: true }));

/** A user's repo outside git, with NixFleet's own flake and the stand-in nixpkgs beside it, locked. */
function layFleet(): string {
  const own = join(top, "nixfleet");
  for (const part of ["flake.nix", "lib", "modules", "backends", "nix", "templates"]) {
    cpSync(join(root, part), join(own, part), { recursive: true });
  }
  const fleet = join(top, "fleet");
  mkdirSync(join(fleet, "hosts"), { recursive: true });
  for (const [name, text] of Object.entries(hostFiles)) writeFileSync(join(fleet, "hosts", `${name}.nix`), text);
  const nixpkgs = prepareNixpkgs(join(top, "nixpkgs"));
  writeFileSync(
    join(fleet, "flake.nix"),
    `{
  inputs.nixpkgs.url = "path:${nixpkgs}";
  inputs.nixfleet = { url = "path:${own}"; inputs.nixpkgs.follows = "nixpkgs"; };
  outputs = inputs: inputs.nixfleet.lib.mkFleet { inherit inputs; root = ./.; };
}
`,
  );
  const lock = ["flake", "lock", "--extra-experimental-features", "nix-command flakes"];
  execFileSync(findNix(process.env)?.nix ?? "nix", lock, {
    cwd: fleet,
    env: nixEnv,
    stdio: ["ignore", "ignore", "pipe"],
  });
  return fleet;
}

describe.skipIf(noNix !== "")(`a fleet made with mkFleet, its nixpkgs replaced for this call${noNix}`, () => {
  test("builds into a closure that the CLI understands", async () => {
    const good = answers.get("good");
    if (!good?.ok) throw new Error(JSON.stringify(good));
    const built = (await createNixBuilder(settings).build([good.value], { signal })).get(hostName("good"));
    expect(built).toMatchObject({
      ok: true,
      value: {
        manifest: {
          host: "good",
          base: "debian",
          files: expect.arrayContaining([expect.objectContaining({ path: "/etc/greeting" })]),
        },
      },
    });
  });

  test.each([
    ["typo", "The option `nixfleet.fils' does not exist", { line: 2, column: 12, excerpt: "  nixfleet.fils = { };" }],
    [
      "mistyped",
      expect.stringContaining("is not of type"),
      { line: 2, excerpt: '  nixfleet.files."/etc/x".text = 3;' },
    ],
    ["syntax", expect.stringContaining("syntax error, unexpected '}'"), { line: 3, column: 1 }],
  ])("shows the mistake of host %s in its own file", (name, what, place) => {
    const file = join(top, "fleet", "hosts", `${name}.nix`);
    expect(answers.get(name)).toMatchObject({ ok: false, error: { host: name, what, at: { file, ...place } } });
  });

  test.each([
    ["relative", /^nixfleet\.files\."relative": not a usable path/],
    ["fileless", /^it has no host file: expected hosts\/fileless\.nix/],
  ])("says what the modules themselves found wrong with host %s, without a place in NixFleet", (name, what) => {
    const answer = answers.get(name);
    expect(answer).toMatchObject({ ok: false, error: { host: name, what: expect.stringMatching(what) } });
    expect(answer).not.toHaveProperty("error.at");
  });
});
