import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createNixBuilder } from "../../src/effects/nix/builder.ts";
import type { NixSettings } from "../../src/effects/nix/settings.ts";
import type { FleetSource } from "../../src/ports/nix-builder.ts";
import { hostName, inventoryOf, nixEnv, noNix, type TestFleet, testFleet } from "../support/nix-fleet.ts";

const signal = new AbortController().signal;

async function withFleet(options: Parameters<typeof testFleet>[0], use: (fleet: TestFleet) => Promise<void>) {
  const fleet = testFleet(options);
  try {
    await use(fleet);
  } finally {
    fleet.remove();
  }
}

async function sourceOf(settings: NixSettings): Promise<FleetSource> {
  const source = await createNixBuilder(settings).source(signal);
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  return source.value;
}

/** Settings whose Nix answers its version and nothing else: it fails on this configuration. */
const deaf = (settings: NixSettings): NixSettings => ({
  ...settings,
  env: { ...nixEnv, NIX_CONFIG: "no configuration" },
});

async function closureOf(settings: NixSettings): Promise<string> {
  const builder = createNixBuilder(settings);
  const source = await sourceOf(settings);
  const web = hostName("web");
  const answer = await builder.evaluate({ source, inventoryJson: inventoryOf({ web: {} }), hosts: [web], signal });
  const host = answer.ok ? answer.value.get(web) : answer;
  if (host === undefined || !host.ok) throw new Error(JSON.stringify(host));
  return "outPath" in host.value ? host.value.outPath : "";
}

describe.skipIf(noNix !== "")(`the fleet's source${noNix}`, () => {
  test("of a clean git tree is its revision, found without asking Nix", () =>
    withFleet({}, async (fleet) => {
      const revision = fleet.git("rev-parse", "HEAD").trim();
      await sourceOf(fleet.settings);
      expect(await sourceOf(deaf(fleet.settings))).toMatchObject({
        reference: `git+file://${fleet.root}?rev=${revision}`,
        revision,
        dirty: false,
        warnings: [],
      });
    }));

  test("of a changed tree is its content, put into the store once for each state", () =>
    withFleet({}, async (fleet) => {
      const clean = await sourceOf(fleet.settings);
      fleet.write("undefined.nix", "changed\n");
      const dirty = await sourceOf(fleet.settings);
      expect(dirty).toMatchObject({ dirty: true, revision: clean.revision });
      expect(dirty.reference).toMatch(/^path:\/nix\/store\/.*narHash=sha256-/);
      expect(dirty.digest).not.toBe(clean.digest);
      expect(await sourceOf(deaf(fleet.settings))).toEqual(dirty);
      fleet.git("checkout", "--quiet", "undefined.nix");
      expect(await sourceOf(fleet.settings)).toEqual(clean);
    }));

  test("of a folder in a larger repository is that folder of the whole, clean and changed", () =>
    withFleet({ folder: "ops/my fleet" }, async (fleet) => {
      const clean = await closureOf(fleet.settings);
      expect(clean).toMatch(/-closure-web$/);
      expect((await sourceOf(fleet.settings)).reference).toContain("dir=ops%2Fmy%20fleet");
      fleet.write("bin/more", "part of what closures are made from\n");
      fleet.git("add", "--all");
      expect(await closureOf(fleet.settings)).not.toBe(clean);
    }));

  test("outside git is the folder's content", () =>
    withFleet({ git: false }, async (fleet) => {
      const first = await closureOf(fleet.settings);
      const source = await sourceOf(deaf(fleet.settings));
      expect(source.dirty).toBe(true);
      expect(source).not.toHaveProperty("revision");
      fleet.write("bin/more", "part of what closures are made from\n");
      expect(await closureOf(fleet.settings)).not.toBe(first);
    }));

  test("of a shallow clone works, as CI makes them", () =>
    withFleet({}, async (fleet) => {
      fleet.git("commit", "--quiet", "--allow-empty", "--message=second");
      const clone = join(fleet.root, "..", "clone");
      fleet.git("clone", "--quiet", "--depth=1", `file://${fleet.root}`, clone);
      expect(await closureOf({ ...fleet.coldSettings(), projectRoot: clone })).toMatch(/-closure-web$/);
    }));

  test("of a fleet that lies elsewhere is what its reference names right now", () =>
    withFleet({ folder: "ops" }, async (fleet) => {
      const repo = join(fleet.root, "..");
      const settings = { ...fleet.coldSettings(), projectRoot: "/", remoteFlake: `git+file://${repo}?dir=ops` };
      const first = await sourceOf(settings);
      expect(first).toMatchObject({ revision: fleet.git("rev-parse", "HEAD").trim(), dirty: false });
      expect(await closureOf(settings)).toBe(await closureOf(fleet.settings));
      fleet.git("commit", "--quiet", "--allow-empty", "--message=second");
      expect(await sourceOf(settings)).toMatchObject({ revision: fleet.git("rev-parse", "HEAD").trim() });
      const nowhere = await createNixBuilder({ ...settings, remoteFlake: `git+file://${repo}/nowhere` }).source(signal);
      expect(nowhere).toMatchObject({
        ok: false,
        error: { code: expect.stringMatching(/^nix\/(flake|fetch)-failed$/) },
      });
    }));

  test("warns of Nix files that git does not track", () =>
    withFleet({}, async (fleet) => {
      mkdirSync(join(fleet.root, "hosts"));
      fleet.write("hosts/web-9.nix", "{ }\n");
      fleet.write("notes.txt", "no matter\n");
      const { warnings, dirty } = await sourceOf(fleet.settings);
      expect(warnings).toEqual([
        "hosts/web-9.nix is not tracked by git, so Nix does not see it; next: git add hosts/web-9.nix",
      ]);
      expect(dirty).toBe(false);
    }));

  test.each([
    ["flake.nix is missing", (fleet: TestFleet) => rmSync(join(fleet.root, "flake.nix")), "nix/flake-missing"],
    ["flake.lock is missing", (fleet: TestFleet) => rmSync(join(fleet.root, "flake.lock")), "nix/lock-missing"],
    [
      "flake.lock is not tracked",
      (fleet: TestFleet) => fleet.git("rm", "--quiet", "--cached", "flake.lock"),
      "nix/flake-untracked",
    ],
  ])("is an error with advice when %s", (_what, spoil, code) =>
    withFleet({}, async (fleet) => {
      spoil(fleet);
      const source = await createNixBuilder(fleet.settings).source(signal);
      expect(source).toMatchObject({
        ok: false,
        error: { code, next: expect.stringMatching(/nix flake lock|git add|nixfleet init/) },
      });
    }),
  );

  test("is an error when flake.lock does not fit flake.nix, also in a clean tree", () =>
    withFleet({}, async (fleet) => {
      const other = join(fleet.root, "..", "other");
      mkdirSync(other);
      writeFileSync(join(other, "flake.nix"), "{ outputs = { self }: { }; }\n");
      fleet.write(
        "flake.nix",
        `{ inputs.other.url = "path:${other}"; outputs = { self, other }: { nixfleet.interface = 1; }; }\n`,
      );
      const dirty = await createNixBuilder(fleet.settings).source(signal);
      expect(dirty).toMatchObject({ ok: false, error: { code: "nix/lock-outdated" } });
      fleet.git("commit", "--quiet", "--all", "--message=new input");
      const builder = createNixBuilder(fleet.settings);
      const source = await sourceOf(fleet.settings);
      const request = { source, inventoryJson: inventoryOf({ web: {} }), hosts: [hostName("web")], signal };
      expect(await builder.evaluate(request)).toMatchObject({ ok: false, error: { code: "nix/lock-outdated" } });
    }));

  test("takes another source for an input, for this call only, and notices when that changes", () =>
    withFleet({}, async (fleet) => {
      const other = mkdtempSync(join(tmpdir(), "nixfleet-input-"));
      try {
        cpSync(join(fleet.root, "bin"), join(other, "bin"), { recursive: true });
        cpSync(join(fleet.root, "undefined.nix"), join(other, "undefined.nix"));
        writeFileSync(join(other, "flake.nix"), '{ outputs = { self }: { greeting = "one"; }; }\n');
        fleet.write("flake.nix", overridable(join(fleet.root, "..", "never-there")));
        fleet.write("flake.lock", lockOf(join(fleet.root, "..", "never-there")));
        const settings = { ...fleet.settings, overrides: [{ input: "words", url: `path:${other}` }] };
        const first = await closureOf(settings);
        expect(await closureOf(settings)).toBe(first);
        writeFileSync(join(other, "flake.nix"), '{ outputs = { self }: { greeting = "two words"; }; }\n');
        expect(await closureOf(settings)).not.toBe(first);
        const wrong = { ...fleet.settings, overrides: [{ input: "word", url: `path:${other}` }] };
        await expect(closureOf(wrong)).rejects.toThrow(/nix\/bad-override/);
      } finally {
        rmSync(other, { recursive: true });
      }
    }));

  test("leaves nothing in the fleet's folder", () =>
    withFleet({}, async (fleet) => {
      await closureOf(fleet.settings);
      expect(fleet.git("status", "--porcelain", "--ignored")).toBe("");
      expect(existsSync(join(fleet.root, "result"))).toBe(false);
    }));
});

/** A fleet with one input that is locked and out of reach. */
const overridable = (place: string): string => `{
  inputs.words.url = "path:${place}";
  outputs = { self, words }: {
    nixfleet = {
      interface = 1;
      forInventory = inventory: {
        hosts.web = {
          system = "x86_64-linux";
          inherit (derivation { name = "closure-web"; system = "x86_64-linux"; builder = words.greeting; }) drvPath;
          out = (derivation { name = "closure-web"; system = "x86_64-linux"; builder = words.greeting; }).outPath;
        };
      };
    };
  };
}
`;

const lockOf = (path: string): string =>
  JSON.stringify({
    nodes: {
      root: { inputs: { words: "words" } },
      words: {
        locked: { type: "path", path, narHash: `sha256-${"A".repeat(43)}=`, lastModified: 1 },
        original: { type: "path", path },
      },
    },
    root: "root",
    version: 7,
  });
