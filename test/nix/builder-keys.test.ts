import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findNix } from "../../src/effects/lab/nix-outside.ts";
import { createNixBuilder } from "../../src/effects/nix/builder.ts";
import { chosenKeyFile } from "../../src/effects/nix/key-file.ts";
import { signingKeys } from "../../src/effects/nix/signing-keys.ts";
import { generateKey, showKey } from "../../src/workflows/keys.ts";
import { hostName, inventoryOf, nixEnv, noNix, testFleet } from "../support/nix-fleet.ts";

const signal = new AbortController().signal;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nixfleet-keys-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keys = () => signingKeys({ HOME: folder });
const nix = findNix(process.env)?.nix ?? "nix";
const runNix = (args: readonly string[], input = ""): string =>
  execFileSync(nix, ["--extra-experimental-features", "nix-command flakes", ...args], {
    input,
    env: nixEnv,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "ignore"],
  });

describe("a new signing key", () => {
  test("lies in the configuration folder, for its owner alone, named after the fleet", async () => {
    const made = await generateKey({ fleet: "Web Farm" }, keys());
    if (!made.ok) throw new Error(JSON.stringify(made.error));
    expect(made.value.file).toBe(join(folder, ".config/nixfleet/signing-key"));
    expect(made.value.key.name).toBe("web-farm-1");
    expect(statSync(made.value.file).mode & 0o777).toBe(0o600);
    expect(await showKey(undefined, keys())).toEqual({ ok: true, value: made.value.key });
  });

  test("never takes the place of another, and leaves nothing beside it", async () => {
    const file = join(folder, "key");
    await generateKey({ fleet: "x", file }, keys());
    const before = readFileSync(file, "utf8");
    expect(await generateKey({ fleet: "x", file }, keys())).toMatchObject({
      ok: false,
      error: { code: "nix/key-exists" },
    });
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(readdirSync(folder)).toEqual(["key"]);
  });

  test("cannot have a name that would break nix.conf", async () => {
    const made = await generateKey({ fleet: "x", name: "two words", file: join(folder, "key") }, keys());
    expect(made).toMatchObject({ ok: false, error: { code: "nix/key-invalid", found: "two words" } });
    expect(readdirSync(folder)).toEqual([]);
  });

  test.skipIf(noNix !== "")(`has the public half that Nix derives from it${noNix}`, async () => {
    const file = join(folder, "key");
    const made = await generateKey({ fleet: "x", file }, keys());
    expect(made.ok && made.value.key.publicKey).toBe(
      runNix(["key", "convert-secret-to-public"], readFileSync(file, "utf8")).trim(),
    );
  });
});

describe("a key file", () => {
  test.each([
    ["is missing", () => {}, "nix/key-missing"],
    ["holds something else", (file: string) => writeFileSync(file, "root:x:0:0\n", { mode: 0o600 }), "nix/key-invalid"],
  ])("that %s is refused with advice", async (_what, prepare, code) => {
    const file = join(folder, "key");
    prepare(file);
    expect(await showKey(file, keys())).toMatchObject({
      ok: false,
      error: { code, next: expect.stringContaining("nixfleet keys generate") },
    });
  });

  test("that others may read is refused", async () => {
    const file = join(folder, "key");
    await generateKey({ fleet: "x", file }, keys());
    chmodSync(file, 0o640);
    expect(await showKey(file, keys())).toMatchObject({
      ok: false,
      error: { code: "nix/key-invalid", expected: "mode 0600" },
    });
  });

  test("of the environment goes before the inventory's, and the default comes last", async () => {
    const settings = { projectRoot: "/", cacheDir: "/", stateDir: "/", overrides: [] };
    const env = { HOME: folder };
    expect(chosenKeyFile({ ...settings, env })).toBeUndefined();
    await generateKey({ fleet: "x" }, keys());
    expect(chosenKeyFile({ ...settings, env })).toBe(join(folder, ".config/nixfleet/signing-key"));
    expect(chosenKeyFile({ ...settings, env, signingKeyFile: "/inventory" })).toBe("/inventory");
    const named = { ...env, NIXFLEET_SIGNING_KEY: "/environment" };
    expect(chosenKeyFile({ ...settings, env: named, signingKeyFile: "/inventory" })).toBe("/environment");
  });
});

describe.skipIf(noNix !== "")(`signing${noNix}`, () => {
  test("signs the whole closure once, and again after it was collected and built anew", async () => {
    const fleet = testFleet();
    try {
      const signingKeyFile = join(folder, "key");
      await generateKey({ fleet: "x", file: signingKeyFile }, keys());
      const settings = { ...fleet.coldSettings(), signingKeyFile };
      const builder = createNixBuilder(settings);
      const source = await builder.source(signal);
      if (!source.ok) throw new Error(JSON.stringify(source.error));
      const web = hostName("web");
      const inventoryJson = inventoryOf({ web: { greeting: `${process.pid} ${process.hrtime.bigint()}` } });
      const answers = await builder.evaluate({ source: source.value, inventoryJson, hosts: [web], signal });
      const host = answers.ok ? answers.value.get(web) : undefined;
      if (!host?.ok) throw new Error(JSON.stringify(answers));
      const built = async () => (await builder.build([host.value], { signal })).get(web);
      expect(await built()).toMatchObject({ ok: true });
      const path = host.value.outPath;
      expect(signatures(path)).toEqual([]);
      expect(await builder.sign([path], signal)).toMatchObject({ ok: true });
      expect(signatures(path)).toEqual([expect.stringMatching(/^x-1:/)]);
      const deaf = createNixBuilder({ ...settings, env: { ...nixEnv, NIX_CONFIG: "no configuration" } });
      expect(await deaf.sign([path], signal)).toMatchObject({ ok: true });
      rmSync(join(settings.stateDir, "gcroots"), { recursive: true });
      runNix(["store", "delete", path]);
      expect(await built()).toMatchObject({ ok: true });
      expect(signatures(path)).toEqual([]);
      expect(await builder.sign([path], signal)).toMatchObject({ ok: true });
      expect(signatures(path)).toHaveLength(1);
    } finally {
      fleet.remove();
    }
  });

  test("is nothing to do for a fleet without a key", async () => {
    const fleet = testFleet();
    try {
      const settings = {
        ...fleet.coldSettings(),
        env: { ...nixEnv, HOME: folder, XDG_CONFIG_HOME: "", NIXFLEET_SIGNING_KEY: "" },
      };
      expect(await createNixBuilder(settings).sign([], signal)).toEqual({ ok: true, value: undefined });
    } finally {
      fleet.remove();
    }
  });
});

/** Signatures of a path, from an array (Nix up to 2.18) or an object by path. */
function signatures(path: string): string[] {
  const answer = JSON.parse(runNix(["path-info", "--json", path]));
  const info = Array.isArray(answer) ? answer[0] : answer[path];
  return info.signatures ?? [];
}
