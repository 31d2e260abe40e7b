import { afterAll, describe, expect, test } from "vitest";
import type { HostName } from "../../src/domain/ids.ts";
import { createNixBuilder } from "../../src/effects/nix/builder.ts";
import type { EvaluatedHost, FleetSource, NixBuilder } from "../../src/ports/nix-builder.ts";
import { type FakeHost, fakeNixBuilder } from "../support/fake-nix-builder.ts";
import { hostName, inventoryOf, noNix, type TestFleet, testFleet } from "../support/nix-fleet.ts";

const [web, db, misspelt, broken] = ["web-1", "db-1", "misspelt", "broken"].map(hostName) as [
  HostName,
  HostName,
  HostName,
  HostName,
];
const inventoryJson = inventoryOf({
  "web-1": { greeting: "hi" },
  "db-1": {},
  misspelt: { trouble: "throw" },
  broken: { trouble: "build" },
});

const manifest = (host: HostName): FakeHost => ({
  manifest: {
    format: 1,
    host,
    base: "debian",
    system: "x86_64-linux",
    files: [],
    directories: [],
    units: [],
    users: [],
    groups: [],
    packages: [],
    secrets: [],
    healthChecks: [],
  },
  warnings: host === web ? ["web-1 says hi"] : [],
});

const fleets: TestFleet[] = [];
afterAll(() => {
  for (const fleet of fleets) fleet.remove();
});

function realBuilder(): NixBuilder {
  const fleet = testFleet();
  fleets.push(fleet);
  return createNixBuilder(fleet.settings);
}

const fakeBuilder = (): NixBuilder =>
  fakeNixBuilder([
    [web, manifest(web)],
    [db, manifest(db)],
    [misspelt, { trouble: "evaluation" }],
    [broken, { trouble: "build" }],
  ]);

const signal = new AbortController().signal;
const aborted = AbortSignal.abort();

async function sourceOf(builder: NixBuilder): Promise<FleetSource> {
  const source = await builder.source(signal);
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  return source.value;
}

async function evaluated(builder: NixBuilder, hosts: readonly HostName[]): Promise<EvaluatedHost[]> {
  const answers = await builder.evaluate({ source: await sourceOf(builder), inventoryJson, hosts, signal });
  if (!answers.ok) throw new Error(JSON.stringify(answers.error));
  return [...answers.value.values()].flatMap((answer) => (answer.ok ? [answer.value] : []));
}

describe.each([
  { name: `with a real Nix${noNix}`, make: realBuilder, skip: noNix !== "" },
  { name: "in memory", make: fakeBuilder, skip: false },
])("a builder $name", ({ make, skip }) => {
  test.skipIf(skip)("identifies a source that does not change by equal digests", async () => {
    const builder = make();
    expect(await sourceOf(builder)).toEqual(await sourceOf(builder));
  });

  test.skipIf(skip)("answers for each host that was asked for, in that order, and for no other", async () => {
    const builder = make();
    const source = await sourceOf(builder);
    const answers = await builder.evaluate({ source, inventoryJson, hosts: [broken, web, misspelt], signal });
    expect(answers.ok && [...answers.value.keys()]).toEqual([broken, web, misspelt]);
  });

  test.skipIf(skip)("gives one bad host its failure, and the others their derivation", async () => {
    const builder = make();
    const source = await sourceOf(builder);
    const answers = await builder.evaluate({ source, inventoryJson, hosts: [web, misspelt, db], signal });
    if (!answers.ok) throw new Error(JSON.stringify(answers.error));
    expect(answers.value.get(misspelt)).toMatchObject({
      ok: false,
      error: { code: "nix/evaluation-failed", host: misspelt, what: "the option `nixfleet.fils' does not exist" },
    });
    expect(answers.value.get(web)).toMatchObject({ ok: true, value: { host: web, warnings: ["web-1 says hi"] } });
    expect(answers.value.get(db)).toMatchObject({ ok: true, value: { host: db, warnings: [] } });
  });

  test.skipIf(skip)("tells how far the evaluation is", async () => {
    const builder = make();
    const seen: number[] = [];
    await builder.evaluate({
      source: await sourceOf(builder),
      inventoryJson,
      hosts: [web, db],
      signal,
      onProgress: (progress) => {
        if (progress.kind === "evaluate") seen.push(progress.done);
      },
    });
    expect(seen.at(-1)).toBe(2);
  });

  test.skipIf(skip)("builds what can be built, and gives each host that fails its own failure", async () => {
    const builder = make();
    const built = await builder.build(await evaluated(builder, [web, broken, db]), { signal });
    expect(built.get(web)).toMatchObject({ ok: true, value: { host: web, manifest: { host: web, base: "debian" } } });
    expect(built.get(db)?.ok).toBe(true);
    expect(built.get(broken)).toMatchObject({
      ok: false,
      error: { code: "nix/build-failed", host: broken, detail: expect.stringContaining("no such header") },
    });
  });

  test.skipIf(skip)("tells once of each closure that is whole, and never of one that is not", async () => {
    const builder = make();
    const hosts = await evaluated(builder, [web, broken, db]);
    for (const told of [new Set([web, db]), new Set([web, db])]) {
      const onBuilt = ({ host, outPath }: EvaluatedHost): void => {
        expect(hosts.find((known) => known.host === host)?.outPath).toBe(outPath);
        expect(told.delete(host)).toBe(true);
      };
      await builder.build(hosts, { signal, onBuilt });
      expect([...told]).toEqual([]);
    }
  });

  test.skipIf(skip)("gives equal closures for equal questions", async () => {
    const builder = make();
    expect(await evaluated(builder, [web, db])).toEqual(await evaluated(builder, [web, db]));
  });

  test.skipIf(skip)("builds nothing for no hosts", async () => {
    expect(await make().build([], { signal })).toEqual(new Map());
  });

  test.skipIf(skip)("does not copy to the machine it runs on", async () => {
    const builder = make();
    const [host] = await evaluated(builder, [db]);
    const paths = host === undefined ? [] : [host.outPath];
    expect(await builder.copy({ host: db, paths, signal })).toEqual({
      ok: true,
      value: { copiedPaths: 0, copiedBytes: 0 },
    });
  });

  test.skipIf(skip)("forgets a root that was removed, and one that never was", async () => {
    const builder = make();
    const hosts = await evaluated(builder, [web]);
    await builder.build(hosts, { signal });
    expect(
      await builder.addRoot(
        "plan-1",
        hosts.map(({ outPath }) => outPath),
        signal,
      ),
    ).toMatchObject({ ok: true });
    expect(await builder.removeRoot("plan-1")).toMatchObject({ ok: true });
    expect(await builder.removeRoot("plan-2")).toMatchObject({ ok: true });
  });

  test.skipIf(skip)("stops at once when it was told to stop", async () => {
    const builder = make();
    const source = await sourceOf(builder);
    const stopped = { ok: false, error: { code: "nix/interrupted" } };
    expect(await builder.evaluate({ source, inventoryJson, hosts: [web], signal: aborted })).toMatchObject(stopped);
    const hosts = await evaluated(builder, [db]);
    expect((await builder.build(hosts, { signal: aborted })).get(db)).toMatchObject({
      ok: false,
      error: { code: "nix/interrupted", host: db },
    });
  });
});
