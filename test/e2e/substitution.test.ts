/** Built once, fetched by everybody: hosts pull from a binary cache, and this machine need not have what it deploys. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestCache, type TestCache } from "../support/binary-cache.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, onHost, outcomes, planOf } from "../support/verbs.ts";

let lab: TestLab;
let cache: TestCache;
let fleet: FleetProject;
let count = 0;

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  cache = await openTestCache(lab);
  fleet = layFleetProject(lab, {
    inventory: { groups: { pulling: { hosts: ["lab-1"], substituteOnDestination: true } } },
  });
  await cache.offerTo(lab, "lab-1");
});
afterAll(async () => {
  await cache?.close();
  fleet?.remove();
});
beforeEach(() => {
  cache.manner = "well";
  count += 1;
  // A package that is large enough to see who carried it, and that no host or cache has met.
  const words = `${process.pid} ${count} ${Date.now()}`;
  const big = `(pkgs.runCommand "big-1.${count}" { } "mkdir $out; echo ${words} >$out/words; head -c 3000000 /dev/zero >$out/big")`;
  for (const name of ["lab-1", "lab-2"]) {
    configure(
      fleet,
      name,
      `{ pkgs, ... }: { nixfleet.packages = [ ${big} ]; nixfleet.files."/etc/nf-note".text = "${words}\\n"; }`,
    );
  }
});

const copyEvents = (events: Awaited<ReturnType<typeof act>>["events"], host: string) =>
  events.filter((event) => event.type === "phase_progress" && event.phase === "copy" && event.host === host);

/** Takes closures out of this machine's store. */
function forget(systems: readonly string[]): void {
  const words = ["--extra-experimental-features", "nix-command", "store", "delete", "--ignore-liveness", ...systems];
  execFileSync(fleet.env.NIXFLEET_NIX ?? "nix", words, { stdio: ["ignore", "ignore", "pipe"] });
}

async function push(...words: string[]): Promise<void> {
  const { code, stdout, stderr } = await fleet.nixfleet("build", "--push", cache.folderUrl, ...words);
  if (code !== 0) throw new Error(`${stdout}\n${stderr}`);
  expect(stdout).toMatch(/^pushed \d+ paths, .* to file:\/\//m);
}

test("a host fetches from its cache what CI pushed there, and nothing is sent to it", async () => {
  await push();
  cache.served();
  const { code, events } = await act(fleet, "apply", "--yes", "lab-1");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
  expect(copyEvents(events, "lab-1").at(-1)).toMatchObject({
    msg: expect.stringMatching(/^fetched [1-9]\d* paths \(3\d{6} bytes\) from its caches, was sent 0$/),
  });
  expect(cache.served().filter((path) => path.startsWith("/nar/")).length).toBeGreaterThan(2);
});

test("what is no store is refused before anything is built, and what was pushed is told to programs", async () => {
  const nonsense = await fleet.nixfleet("build", "--push", "/srv/cache");
  expect([nonsense.code, nonsense.stderr]).toEqual([3, expect.stringContaining("expected a Nix store URL")]);
  const nameless = await fleet.nixfleet("build", "--push");
  expect([nameless.code, nameless.stderr]).toEqual([3, expect.stringContaining("fleet.cache")]);
  const { stdout } = await fleet.nixfleet("build", "lab-1", "--push", cache.folderUrl, "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    hosts: [{ name: "lab-1", build: { where: "here" } }],
    pushed: { store: cache.folderUrl, paths: expect.any(Number), bytes: expect.any(Number) },
  });
});

test("what the cache lacks is sent, and only that", async () => {
  const { code, events } = await act(fleet, "apply", "--yes", "lab-1");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
  expect(copyEvents(events, "lab-1").at(-1)).toMatchObject({
    msg: expect.stringMatching(/^fetched 0 paths \(0 bytes\) from its caches, was sent [1-9]\d*$/),
  });
  expect(events.filter((event) => event.type === "diagnostic")).toEqual([]);
});

test.each(["garbage", "torn", "broken"] as const)(
  "a cache that answers %s is told as such, and the closure is sent",
  async (manner) => {
    await push();
    cache.manner = manner;
    const { code, events } = await act(fleet, "apply", "--yes", "lab-1");
    expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
    const told = events.filter((event) => event.type === "diagnostic");
    expect(told).toMatchObject([
      {
        host: "lab-1",
        level: "warn",
        error: { code: "nix/cache-passed-over", next: expect.stringContaining("nix.conf") },
      },
    ]);
  },
);

test("with the cache as the fleet's own, a machine that has built nothing deploys from anywhere", async () => {
  await push();
  const elsewhere = layFleetProject(lab, {
    inventory: {
      fleet: { cache: cache.url },
      groups: { pulling: { hosts: ["lab-1"], substituteOnDestination: true } },
    },
  });
  try {
    for (const name of ["lab-1", "lab-2"]) elsewhere.write(`hosts/${name}.nix`, fleet.read(`hosts/${name}.nix`));
    elsewhere.commit();
    const plan = await planOf(elsewhere);
    const systems = plan.hosts.map(({ to }) => to?.system ?? "");
    forget(systems);
    const fresh = await planOf(elsewhere);
    expect(fresh.hosts.map(({ build, action }) => [action, build?.where, build?.on])).toEqual([
      ["change", "cache", cache.url],
      ["change", "cache", cache.url],
    ]);
    expect(fresh.hosts[0]?.files.find(({ path }) => path === "/etc/nf-note")?.diff).toContain(
      `+${process.pid} ${count} `,
    );
    const { code, events } = await act(elsewhere, "apply", "--yes");
    expect([code, outcomes(events)]).toEqual([0, "lab-1 changed, lab-2 changed"]);
    expect(systems.filter((system) => existsSync(system))).toEqual([]);
    expect(await onHost(lab, "lab-2", "cat /etc/nf-note")).toContain(`${process.pid} ${count} `);
  } finally {
    elsewhere.remove();
  }
});
