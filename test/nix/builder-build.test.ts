import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findNix } from "../../src/effects/lab/nix-outside.ts";
import { createNixBuilder } from "../../src/effects/nix/builder.ts";
import type { BuildProgress, EvaluatedHost, NixBuilder } from "../../src/ports/nix-builder.ts";
import { hostName, inventoryOf, nixEnv, noNix, type TestFleet, testFleet } from "../support/nix-fleet.ts";

const signal = new AbortController().signal;
let fleet: TestFleet;

beforeAll(() => {
  fleet = testFleet();
});
afterAll(() => fleet?.remove());

async function evaluated(builder: NixBuilder, hosts: Parameters<typeof inventoryOf>[0]): Promise<EvaluatedHost[]> {
  const source = await builder.source(signal);
  if (!source.ok) throw new Error(JSON.stringify(source.error));
  const names = Object.keys(hosts).map(hostName);
  const request = { source: source.value, inventoryJson: inventoryOf(hosts), hosts: names, signal };
  const answers = await builder.evaluate(request);
  if (!answers.ok) throw new Error(JSON.stringify(answers.error));
  return [...answers.value.values()].flatMap((answer) => (answer.ok ? [answer.value] : []));
}

/** Builds hosts whose outputs no earlier test has made. */
const unique = () => `${process.pid}-${process.hrtime.bigint()}`;

describe.skipIf(noNix !== "")(`building${noNix}`, () => {
  test("gives the closure with its manifest, and shows progress", async () => {
    const builder = createNixBuilder(fleet.coldSettings());
    const greeting = unique();
    const hosts = await evaluated(builder, { "web-1": { greeting }, "db-1": { greeting } });
    const seen: BuildProgress[] = [];
    const built = await builder.build(hosts, { signal, onProgress: (progress) => seen.push(progress) });
    const web = built.get(hostName("web-1"));
    expect(web).toMatchObject({
      ok: true,
      value: { host: "web-1", manifest: { host: "web-1", base: "debian", packages: [{ version: greeting }] } },
    });
    expect(web?.ok && existsSync(join(web.value.system, "manifest.json"))).toBe(true);
    expect(built.get(hostName("db-1"))?.ok).toBe(true);
    expect(seen).toContainEqual(expect.objectContaining({ kind: "build", text: hosts[0]?.drvPath }));
  });

  test("needs no Nix for what was built before and is still there", async () => {
    const settings = fleet.coldSettings();
    const hosts = await evaluated(createNixBuilder(settings), { web: { greeting: unique() } });
    const first = await createNixBuilder(settings).build(hosts, { signal });
    const deaf = createNixBuilder({ ...settings, env: { ...settings.env, NIX_CONFIG: "this is no configuration" } });
    expect(await deaf.build(hosts, { signal })).toEqual(first);
  });

  test("goes on when one derivation fails, and gives the last words of its log to the host that needs it", async () => {
    const builder = createNixBuilder(fleet.coldSettings());
    const hosts = await evaluated(builder, {
      good: { greeting: unique() },
      broken: { trouble: "build" },
      "needs-1": { trouble: "shared-build" },
      "needs-2": { trouble: "shared-build" },
    });
    const built = await builder.build(hosts, { signal });
    expect(built.get(hostName("good"))?.ok).toBe(true);
    expect(built.get(hostName("broken"))).toMatchObject({
      ok: false,
      error: {
        code: "nix/build-failed",
        host: "broken",
        what: "closure-broken does not build: the builder failed with exit code 7",
        detail: "compiling broken\nno such header",
      },
    });
    for (const name of ["needs-1", "needs-2"]) {
      expect(built.get(hostName(name))).toMatchObject({
        ok: false,
        error: {
          what: "shared-library-1.2 does not build: the builder failed with exit code 3",
          detail: "first words\nlast words",
          next: expect.stringMatching(/nix log \/nix\/store\/.*-shared-library-1\.2\.drv$/),
        },
      });
    }
  });

  test("refuses a closure whose manifest is not understood, for that host alone", async () => {
    const builder = createNixBuilder(fleet.coldSettings());
    const hosts = await evaluated(builder, { odd: { trouble: "manifest" }, good: {} });
    const built = await builder.build(hosts, { signal });
    expect(built.get(hostName("odd"))).toMatchObject({ ok: false, error: { code: "nix/bad-manifest", host: "odd" } });
    expect(built.get(hostName("good"))?.ok).toBe(true);
  });

  test("refuses a closure that was made for another host", async () => {
    const builder = createNixBuilder(fleet.coldSettings());
    const [web] = await evaluated(builder, { web: {} });
    if (web === undefined) throw new Error("unreachable");
    const built = await builder.build([{ ...web, host: hostName("other") }], { signal });
    expect(built.get(hostName("other"))).toMatchObject({
      ok: false,
      error: { found: expect.stringContaining("one of web") },
    });
  });

  test("builds nothing for no hosts, whatever the folder it runs in", async () => {
    expect(await createNixBuilder(fleet.coldSettings()).build([], { signal })).toEqual(new Map());
  });

  test("builds nothing elsewhere, asks for nothing and pushes nothing for no paths", async () => {
    // No daemon listens there, and nothing may be done with the folder that the tests run in.
    const at = { kind: "daemon", socket: "/nonexistent" } as const;
    const builder = createNixBuilder(fleet.coldSettings());
    expect(await builder.build([], { signal, at })).toEqual(new Map());
    expect(await builder.present([], signal, at)).toEqual({ ok: true, value: new Set() });
    expect(await builder.push({ paths: [], url: "file:///nonexistent", signal })).toEqual({
      ok: true,
      value: { copiedPaths: 0, copiedBytes: 0 },
    });
  });

  test("builds again elsewhere only what can still be built", async () => {
    const builder = createNixBuilder(fleet.coldSettings());
    const [web] = await evaluated(builder, { web: { greeting: unique() } });
    if (web === undefined) throw new Error("unreachable");
    const at = { kind: "daemon", socket: "/nonexistent" } as const;
    const request = { host: web.host, paths: [web.outPath], at, signal };
    expect(await builder.realise({ ...request, derivations: [web.drvPath] })).toMatchObject({
      ok: false,
      error: { code: "nix/store-unknown", host: "web" },
    });
  });

  test("stops builders with it when it is told to stop", async () => {
    const controller = new AbortController();
    const builder = createNixBuilder(fleet.coldSettings());
    const hosts = await evaluated(builder, { slow: { trouble: "slow" } });
    const built = await builder.build(hosts, {
      signal: controller.signal,
      onProgress: ({ kind }) => {
        if (kind === "log") controller.abort();
      },
    });
    expect(built.get(hostName("slow"))).toMatchObject({ ok: false, error: { code: "nix/interrupted", host: "slow" } });
    await expect.poll(() => processesWith("while :; do :; done"), { timeout: 15_000 }).toEqual([]);
  });

  test("keeps what it built from garbage collection", async () => {
    const settings = fleet.coldSettings();
    const builder = createNixBuilder(settings);
    const hosts = await evaluated(builder, { one: { greeting: unique() }, two: { greeting: unique() } });
    await builder.build(hosts, { signal });
    expect(rootsOf(settings.stateDir)).toEqual(hosts.map(({ outPath }) => outPath).sort());
  });

  test("keeps paths under a name until the root is removed", async () => {
    const settings = fleet.coldSettings();
    const builder = createNixBuilder(settings);
    const hosts = await evaluated(builder, { one: { greeting: unique() }, two: { greeting: unique() } });
    await builder.build(hosts, { signal });
    const paths = hosts.map(({ outPath }) => outPath);
    const named = join(settings.stateDir, "gcroots", "named");
    expect(await builder.addRoot("plan-1", paths, signal)).toEqual({ ok: true, value: undefined });
    expect(rootsOf(named)).toEqual([...paths].sort());
    expect(await builder.addRoot("plan-1", paths.slice(0, 1), signal)).toEqual({ ok: true, value: undefined });
    expect(rootsOf(named)).toEqual(paths.slice(0, 1));
    await builder.removeRoot("plan-1");
    expect(rootsOf(named)).toEqual([]);
  });
});

/** What the garbage collector says it keeps because of links below this folder. */
function rootsOf(folder: string): string[] {
  const nixStore = join(dirname(findNix(process.env)?.nix ?? ""), "nix-store");
  const lines = execFileSync(nixStore, ["--gc", "--print-roots"], {
    encoding: "utf8",
    env: nixEnv,
    stdio: ["ignore", "pipe", "ignore"],
  });
  // Since 2.34 links are quoted.
  const roots = lines.split("\n").filter((line) => line.replace(/^"/, "").startsWith(`${folder}/`));
  return roots.map((line) => line.split(" -> ")[1] ?? "").sort();
}

/** Commands of processes whose arguments hold this text. */
function processesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return command.includes(text) ? [command] : [];
      } catch {
        return [];
      }
    });
}
