import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createNixBuilder } from "../../src/effects/nix/builder.ts";
import type { NixSettings } from "../../src/effects/nix/settings.ts";
import type { FleetSource, NixBuilder } from "../../src/ports/nix-builder.ts";
import { hostName, inventoryOf, noNix, type TestFleet, testFleet } from "../support/nix-fleet.ts";

const signal = new AbortController().signal;
let fleet: TestFleet;

beforeAll(() => {
  fleet = testFleet();
});
afterAll(() => fleet?.remove());

/** The same settings, with a `nix` that cannot be started: whoever needs it fails. */
const withoutNix = (settings: NixSettings): NixSettings => ({
  ...settings,
  env: { ...settings.env, PATH: "/nowhere", NIXFLEET_NIX: "" },
});

async function sourceOf(builder: NixBuilder): Promise<FleetSource> {
  const source = await builder.source(signal);
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  return source.value;
}

async function evaluate(builder: NixBuilder, hosts: Parameters<typeof inventoryOf>[0], only = Object.keys(hosts)) {
  const source = await sourceOf(builder);
  const answer = await builder.evaluate({
    source,
    inventoryJson: inventoryOf(hosts),
    hosts: only.map(hostName),
    signal,
  });
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.value;
}

describe.skipIf(noNix !== "")(`evaluation${noNix}`, () => {
  test("answers with a derivation, its output, the system and the host's warnings", async () => {
    const answers = await evaluate(createNixBuilder(fleet.coldSettings()), {
      "web-1": { greeting: "hi" },
      "db.example": {},
    });
    const web = answers.get(hostName("web-1"));
    expect(web).toMatchObject({ ok: true, value: { host: "web-1", warnings: ["web-1 says hi"] } });
    if (!web?.ok) throw new Error("unreachable");
    expect(existsSync(web.value.drvPath)).toBe(true);
    expect(web.value.outPath).toMatch(/^\/nix\/store\/[0-9a-z]{32}-closure-web-1$/);
    expect(answers.get(hostName("db.example"))?.ok).toBe(true);
  });

  test("does not let bad hosts sink the others, and names cause and place of each", async () => {
    const answers = await evaluate(createNixBuilder(fleet.coldSettings()), {
      good: {},
      thrower: { trouble: "throw" },
      undefined: { trouble: "undefined" },
      loop: { trouble: "recursion" },
      fine: {},
    });
    expect(answers.get(hostName("good"))?.ok).toBe(true);
    expect(answers.get(hostName("fine"))?.ok).toBe(true);
    expect(answers.get(hostName("thrower"))).toMatchObject({
      ok: false,
      error: { code: "nix/evaluation-failed", host: "thrower", what: "the option `nixfleet.fils' does not exist" },
    });
    expect(answers.get(hostName("undefined"))).toMatchObject({
      ok: false,
      error: {
        host: "undefined",
        what: "undefined variable 'thisNameIsNotDefined'",
        at: { file: join(fleet.root, "undefined.nix"), line: 2, column: 1, excerpt: "thisNameIsNotDefined" },
      },
    });
    expect(answers.get(hostName("loop"))).toMatchObject({
      ok: false,
      error: { host: "loop", what: expect.stringContaining("infinite recursion") },
    });
  });

  test("finds each of many bad hosts, whatever kind of error they have", async () => {
    const names = (kind: string) => Array.from({ length: 11 }, (_, index) => `${kind}-${index}`);
    const hosts = Object.fromEntries([
      ...names("undefined").map((name) => [name, { trouble: "undefined" as const }]),
      ...names("good").map((name) => [name, {}]),
      ...names("throw").map((name) => [name, { trouble: "throw" as const }]),
    ]);
    const answers = await evaluate(createNixBuilder(fleet.coldSettings()), hosts);
    expect(names("good").every((name) => answers.get(hostName(name))?.ok === true)).toBe(true);
    for (const name of [...names("undefined"), ...names("throw")]) {
      expect(answers.get(hostName(name))).toMatchObject({
        ok: false,
        error: { code: "nix/evaluation-failed", host: name },
      });
    }
  });

  test("stops asking when all of many hosts fail alike, and says so for the rest", async () => {
    const names = Array.from({ length: 70 }, (_, index) => `host-${index}`);
    const hosts = Object.fromEntries(names.map((name) => [name, { trouble: "throw" as const }]));
    const answers = await evaluate(createNixBuilder(fleet.coldSettings()), hosts);
    const codes = names
      .map((name) => answers.get(hostName(name)))
      .map((answer) => (answer?.ok === false ? answer.error.code : "none"));
    expect(codes.filter((code) => code === "nix/evaluation-failed")).toHaveLength(64);
    expect(codes.filter((code) => code === "nix/evaluation-skipped")).toHaveLength(6);
  });

  test("needs no Nix at all for a fleet that did not change, and asks only for hosts that are new to it", async () => {
    const settings = fleet.coldSettings();
    const hosts = { one: {}, two: {}, three: {} };
    const first = await evaluate(createNixBuilder(settings), hosts, ["one", "two"]);
    const source = await sourceOf(createNixBuilder(settings));
    const deaf = createNixBuilder({ ...settings, env: { ...settings.env, NIX_CONFIG: "this is no configuration" } });
    const request = { source, inventoryJson: inventoryOf(hosts), signal };
    expect(await deaf.evaluate({ ...request, hosts: [hostName("two"), hostName("one")] })).toEqual({
      ok: true,
      value: new Map([...first].reverse()),
    });
    expect(await deaf.evaluate({ ...request, hosts: [hostName("three")] })).toMatchObject({ ok: false });
  });

  test("evaluates anew when the inventory or a tracked file changes", async () => {
    const own = testFleet();
    try {
      const settings = own.coldSettings();
      const path = async (greeting: string) => {
        const answer = (await evaluate(createNixBuilder(settings), { web: { greeting } })).get(hostName("web"));
        return answer?.ok ? answer.value.outPath : answer?.error;
      };
      const first = await path("one");
      expect(await path("two")).not.toBe(first);
      own.write("bin/more", "a new part of what closures are made from\n");
      own.git("add", "bin/more");
      const dirty = await path("one");
      expect(dirty).not.toBe(first);
      own.write("bin/more", "again\n");
      expect(await path("one")).not.toBe(dirty);
    } finally {
      own.remove();
    }
  });

  test.each([
    ["that cannot be read", "{ outputs = { self }: { nixfleet = oops; }; }\n", "undefined variable 'oops'"],
    [
      "that cannot answer",
      "{ outputs = { self }: {\n  nixfleet = { interface = 1; forInventory = i: { hosts = i.oops; }; }; }; }\n",
      "attribute 'oops' missing",
    ],
  ])("reports the error of a flake %s once, not once per host", async (_kind, flake, what) => {
    const own = testFleet();
    try {
      own.write("flake.nix", flake);
      const builder = createNixBuilder(own.coldSettings());
      const source = await builder.source(signal);
      const hosts = [hostName("one"), hostName("two")];
      const inventoryJson = inventoryOf({ one: {}, two: {} });
      const answer = source.ok
        ? await builder.evaluate({ source: source.value, inventoryJson, hosts, signal })
        : source;
      expect(answer).toMatchObject({
        ok: false,
        error: { code: "nix/flake-failed", what, at: { file: join(own.root, "flake.nix") } },
      });
    } finally {
      own.remove();
    }
  });

  test("says which contract a flake breaks", async () => {
    const own = testFleet();
    try {
      const what = async (flake: string) => {
        own.write("flake.nix", flake);
        const builder = createNixBuilder(own.coldSettings());
        const inventoryJson = inventoryOf({ one: {} });
        const answer = await builder.evaluate({
          source: await sourceOf(builder),
          inventoryJson,
          hosts: [hostName("one")],
          signal,
        });
        return answer.ok ? "no failure" : `${answer.error.code}: ${answer.error.what}`;
      };
      expect(await what("{ outputs = { self }: { }; }")).toContain("its outputs must come from mkFleet");
      expect(await what("{ outputs = { self }: { nixfleet.interface = 9; }; }")).toContain("speaks interface 9");
      const odd =
        "{ outputs = { self }: { nixfleet = { interface = 1; forInventory = i: { hosts.one.out = 3; }; }; }; }";
      expect(await what(odd)).toContain("nix/bad-answer");
    } finally {
      own.remove();
    }
  });

  test("evaluates the attribute that a host names itself, without mkFleet", async () => {
    const answers = await evaluate(createNixBuilder(fleet.coldSettings()), {
      own: { flakeAttr: "own.closure" },
      lost: { flakeAttr: "own.nothing" },
      web: {},
    });
    expect(answers.get(hostName("own"))).toMatchObject({
      ok: true,
      value: { outPath: expect.stringMatching(/-closure-own$/) },
    });
    expect(answers.get(hostName("lost"))).toMatchObject({
      ok: false,
      error: { code: "nix/evaluation-failed", host: "lost" },
    });
    expect(answers.get(hostName("web"))?.ok).toBe(true);
  });

  test("stops when it is told to, and says so", async () => {
    const controller = new AbortController();
    const builder = createNixBuilder(fleet.coldSettings());
    const source = await sourceOf(builder);
    controller.abort();
    const answer = await builder.evaluate({
      source,
      inventoryJson: inventoryOf({ one: {} }),
      hosts: [hostName("one")],
      signal: controller.signal,
    });
    expect(answer).toMatchObject({ ok: false, error: { code: "nix/interrupted" } });
  });

  test("says so when there is no Nix", async () => {
    const answer = await createNixBuilder(
      withoutNix({ ...fleet.coldSettings(), env: { PATH: "/nowhere", NIXFLEET_LAB_CACHE: "/nowhere" } }),
    ).source(signal);
    expect(answer).toMatchObject({ ok: false, error: { code: "nix/missing" } });
  });

  test("keeps a bounded number of wrappers and evaluations", async () => {
    const settings = fleet.coldSettings();
    for (let round = 0; round < 10; round += 1)
      await evaluate(createNixBuilder(settings), { one: { greeting: `${round}` } });
    expect(readdirSync(join(settings.cacheDir, "wrappers")).length).toBeLessThanOrEqual(8);
  });
});
