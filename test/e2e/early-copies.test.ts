/** With consent given beforehand, closures travel while others are still built, and are made live only as the whole plan says. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, eventsIn, onHost, outcomes, planOf, until } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let count = 0;
/** Builds see this folder. */
let door: string;
/** The build of lab-3 goes on when this file is there. */
let flag: string;
let run: ReturnType<FleetProject["start"]> | undefined;

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  door = mkdtempSync(join(tmpdir(), "nixfleet-door-"));
  fleet = layFleetProject(lab, {
    hosts: { "lab-2": { build: "lab-1" } },
    nixSettings: ["max-jobs = 2", `extra-sandbox-paths = ${door}`],
  });
});
afterAll(() => {
  fleet?.remove();
  rmSync(door, { recursive: true, force: true });
});
beforeEach(() => {
  count += 1;
  flag = join(door, `${count}`);
  const words = `${process.pid} ${count} ${Date.now()}`;
  for (const name of ["lab-1", "lab-2"]) {
    configure(fleet, name, `{ nixfleet.files."/etc/nf-note".text = "${words}\\n"; }`);
  }
  const script = `while ! test -e ${flag}; do sleep 0.1; done; mkdir $out; echo ${words} >$out/words`;
  configure(
    fleet,
    "lab-3",
    `{ pkgs, ... }: { nixfleet.packages = [ (pkgs.runCommand "slow-1.${count}" { } "${script}") ]; }`,
  );
});
afterEach(async () => {
  goOn();
  await run;
});

const goOn = (): void => writeFileSync(flag, "");

/** What the plan of a host that is built at once brings it; planning it builds nothing for lab-3. */
async function closureOf(name: string): Promise<string> {
  const [host] = (await planOf(fleet, name)).hosts;
  if (host?.to?.system == null) throw new Error(`no closure for ${name}: ${host?.reason}`);
  return host.to.system;
}

const has = async (name: string, path: string): Promise<boolean> =>
  (await lab.ssh(name, `nix-store --check-validity ${path}`)).code === 0;
const note = (name: string) => onHost(lab, name, "cat /etc/nf-note 2>/dev/null || echo none");

/** Starts an apply, and gives what it has told so far. */
function startAndListen(): () => string {
  run = fleet.start(["apply", "--yes", "--json"]);
  let seen = "";
  run.stdout?.on("data", (chunk) => {
    seen += String(chunk);
  });
  return () => seen;
}

const earlyEnds = (text: string): number =>
  text.match(/"phase_end".*"copy".*"status":"ok".*"early":true/g)?.length ?? 0;

async function eventsAtEnd() {
  const ended = await run;
  return eventsIn(fleet, ended?.stdout ?? "");
}

test("closures arrive as soon as they are built, while another is still built, and are live only with the whole plan", async () => {
  const before = await note("lab-1");
  const seen = startAndListen();
  await until("two closures arrive while the third is built", async () => earlyEnds(seen()) === 2);
  expect(seen()).not.toContain('"type":"plan"');
  expect(await note("lab-1")).toBe(before);
  goOn();
  const events = await eventsAtEnd();
  expect(outcomes(events)).toBe("lab-1 changed, lab-2 changed, lab-3 changed");
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  const buildEnd = events.findIndex((event) => event.type === "phase_end" && event.phase === "build");
  const early = events.slice(0, buildEnd).filter((event) => "phase" in event && event.phase === "copy");
  for (const name of ["lab-1", "lab-2"]) {
    expect(early.filter((event) => "host" in event && event.host === name).map(({ type }) => type)).toEqual([
      "phase_start",
      ...Array(early.filter((event) => "host" in event && event.host === name).length - 2).fill("phase_progress"),
      "phase_end",
    ]);
    expect(await note(name)).not.toBe(before);
  }
  expect(events.filter(({ type }) => type === "diagnostic")).toEqual([]);
});

test("what is interrupted before it has a plan leaves hosts as they were, and says what lies there", async () => {
  const system = await closureOf("lab-1");
  const before = await note("lab-1");
  run = fleet.start(["apply", "--yes"]);
  await until("the closure arrives", () => has("lab-1", system));
  run.kill("SIGINT");
  const { exitCode, stderr } = await run;
  expect(exitCode).toBe(130);
  expect(stderr).toMatch(/warning\[plan\/copied-early\]: lab-\S+: closures were sent while others were built/);
  expect(await note("lab-1")).toBe(before);
  const dead = "nix-store --gc --print-dead 2>/dev/null";
  await until("nothing keeps the closure", async () => (await onHost(lab, "lab-1", dead)).includes(system));
});

test("hosts that the finished plan leaves alone are told, and the others go on", async () => {
  const taken = "/etc/nf-taken";
  await onHost(lab, "lab-2", `echo mine >${taken}`);
  configure(fleet, "lab-2", `{ nixfleet.files."${taken}".text = "${count}\\n"; }`);
  const seen = startAndListen();
  await until("two closures arrive while the third is built", async () => earlyEnds(seen()) === 2);
  goOn();
  const events = await eventsAtEnd();
  expect(outcomes(events)).toBe("lab-1 changed, lab-2 failed, lab-3 changed");
  expect(errorOf(events, "lab-2").code).toBe("plan/conflict");
  expect(events.filter((event) => event.type === "diagnostic")).toMatchObject([
    { level: "warn", msg: expect.stringMatching(/^lab-2: closures were sent/), error: { code: "plan/copied-early" } },
  ]);
  await onHost(lab, "lab-2", `rm ${taken}`);
});

test("a build that fails takes nothing from hosts whose closures went ahead", async () => {
  configure(
    fleet,
    "lab-3",
    `{ pkgs, ... }: { nixfleet.packages = [ (pkgs.runCommand "broken-1.${count}" { } "while ! test -e ${flag}; do sleep 0.1; done; exit 3") ]; }`,
  );
  const system = await closureOf("lab-1");
  run = fleet.start(["apply", "--yes", "--json"]);
  await until("the closure arrives", () => has("lab-1", system));
  goOn();
  const events = await eventsIn(fleet, (await run).stdout);
  expect(outcomes(events)).toBe("lab-1 changed, lab-2 changed, lab-3 failed");
  expect(errorOf(events, "lab-3").code).toBe("nix/build-failed");
});

test("a host that no window lets in gets nothing early, and a plan that is refused as a whole says what went ahead", async () => {
  const inventory = fleet.read("inventory/lab.yaml");
  const later = "rollouts:\n  later: { blackouts: 2020-01-01/2100-01-01 UTC }\n";
  fleet.write("inventory/lab.yaml", `${inventory.replace("  lab-2:\n", "  lab-2:\n    rollout: later\n")}${later}`);
  fleet.commit();
  const before = await note("lab-1");
  goOn();
  const { code, events } = await act(fleet, "apply", "--yes");
  fleet.write("inventory/lab.yaml", inventory);
  fleet.commit();
  expect(code).toBe(3);
  const early = events.flatMap((event) => (event.type === "phase_start" && event.early === true ? [event.host] : []));
  expect(early.sort()).toEqual(["lab-1", "lab-3"]);
  const codes = events.flatMap((event) => (event.type === "diagnostic" ? [event.error.code] : []));
  expect(codes).toEqual(["plan/copied-early", "rollout/window-too-short"]);
  expect(await note("lab-1")).toBe(before);
});

test("without consent beforehand nothing travels before the plan", async () => {
  goOn();
  const system = await closureOf("lab-1");
  await fleet.nixfleet("apply", "lab-1");
  expect(await has("lab-1", system)).toBe(false);
});
