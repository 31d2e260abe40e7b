/** What becomes of failed hosts, and of the others, by the policy of the rollout. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, eventsIn, onHost, outcomes, until } from "../support/verbs.ts";

const NAMES = ["lab-1", "lab-2", "lab-3"];
const CANARY_FIRST = ["--canary", "lab-1", "--parallel", "1"];

let lab: TestLab;
let fleet: FleetProject;
let version = 0;

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  const hosts = Object.fromEntries(NAMES.map((name) => [name, { confirmWithin: "15s" }]));
  fleet = layFleetProject(lab, { hosts });
  await fresh();
  expect(await fleet.nixfleet("apply", "--yes", "--group", "all")).toMatchObject({ code: 0 });
});
afterAll(() => fleet?.remove());

beforeEach(fresh);

/** Another version for everybody, and every host well. */
async function fresh(): Promise<void> {
  version += 1;
  for (const name of NAMES) {
    await onHost(lab, name, "touch /run/well");
    configure(
      fleet,
      name,
      `{ nixfleet.files."/etc/marker".text = "${version}\\n"; nixfleet.healthChecks.well.command = "test -e /run/well"; }`,
    );
  }
}

const sick = (name: string) => onHost(lab, name, "rm -f /run/well");
const markers = () => Promise.all(NAMES.map(async (name) => Number(await onHost(lab, name, "cat /etc/marker"))));

/** An apply that the canary passes and in whose soak it turns unhealthy. */
async function sickInSoak(policy: string) {
  const soaking = ["--canary", "lab-1", "--soak", "10s", "--on-failure", policy];
  const last = async () => (await fleet.nixfleet("runs", "show", "last", "--output", "ndjson")).stdout;
  const [earlier] = (await last()).split("\n");
  const applying = fleet.start(["apply", "--yes", "--group", "all", "--json", ...soaking]);
  await until("the canary soaks", async () => {
    const told = await last();
    return !told.startsWith(earlier ?? "none") && told.includes("soaks for");
  });
  await sick("lab-1");
  const { exitCode, stdout } = await applying;
  return { code: exitCode, events: await eventsIn(fleet, stdout) };
}

test("rollback-all: what one host fails brings back every host of the run", async () => {
  for (const name of ["lab-2", "lab-3"]) await sick(name);
  const { code, events } = await act(
    fleet,
    "apply",
    "--yes",
    "--group",
    "all",
    ...CANARY_FIRST,
    "--on-failure",
    "rollback-all",
  );
  expect(code).toBe(6);
  expect(outcomes(events)).toMatch(/^lab-1 rolled_back, lab-[23] (rolled_back|not_started), /);
  expect(await markers()).toEqual([version - 1, version - 1, version - 1]);
});

test("rollback-stage: the stage goes back, the stages before it stay", async () => {
  for (const name of ["lab-2", "lab-3"]) await sick(name);
  const { code, events } = await act(
    fleet,
    "apply",
    "--yes",
    "--group",
    "all",
    ...CANARY_FIRST,
    "--on-failure",
    "rollback-stage",
  );
  expect(code).toBe(6);
  expect(outcomes(events)).toMatch(/^lab-1 changed, /);
  expect((await markers())[0]).toBe(version);
  expect((await markers()).slice(1)).not.toContain(version);
});

test("rollback: a canary that turns unhealthy while it soaks goes back, and nobody follows", async () => {
  const before = await markers();
  const { code, events } = await sickInSoak("rollback");
  expect([code, outcomes(events)]).toEqual([6, "lab-1 rolled_back, lab-2 not_started, lab-3 not_started"]);
  expect(await markers()).toEqual(before);
});

test("stop: the same canary stays as it is, for somebody to look at", async () => {
  const before = await markers();
  const { code, events } = await sickInSoak("stop");
  expect([code, outcomes(events)]).toEqual([6, "lab-1 failed, lab-2 not_started, lab-3 not_started"]);
  expect(await markers()).toEqual([version, ...before.slice(1)]);
});

test("continue: a host that fails keeps nobody back", async () => {
  await sick("lab-2");
  const { code, events } = await act(fleet, "apply", "--yes", "--group", "all", "--on-failure", "continue");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 changed, lab-2 rolled_back, lab-3 changed"]);
});
