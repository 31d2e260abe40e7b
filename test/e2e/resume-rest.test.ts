/** Runs that came to rest before their end: left, paused or halted. Each tells the command that follows, which does what it says. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { gatedModule, gateReached, openGate } from "../support/gate.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, eventsIn, onHost, outcomes, until } from "../support/verbs.ts";

const NAMES = ["lab-1", "lab-2"];

let lab: TestLab;
let fleet: FleetProject;
let version = 0;

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  const hosts = Object.fromEntries(NAMES.map((name) => [name, { confirmWithin: "30s" }]));
  const rollouts = { asked: { canary: ["lab-1"], stages: ["50%"], approval: "after-canary" } };
  fleet = layFleetProject(lab, { hosts, inventory: { rollouts } });
  expect(await fleet.nixfleet("apply", "--yes", "--group", "all")).toMatchObject({ code: 0 });
});
afterAll(() => fleet?.remove());

beforeEach(async () => {
  version += 1;
  for (const name of NAMES) await onHost(lab, name, "rm -f /run/gate-open /run/gate-reached");
});

async function latest(): Promise<{ run: string; state: string }> {
  return JSON.parse((await fleet.nixfleet("runs", "list", "--json")).stdout).runs[0];
}

const marker = (name: string) => onHost(lab, name, "cat /etc/marker 2>/dev/null || true");

describe("a run that is going on, or was left by a second Ctrl-C", () => {
  const inTheMiddle = async () => {
    for (const name of NAMES) configure(fleet, name, gatedModule(version));
    const applying = fleet.start(["apply", "--yes", "--group", "all", "--canary", "lab-1", "--parallel", "1"]);
    await gateReached(lab, "lab-1");
    return { applying };
  };

  test("is watched from elsewhere to its end, with its events and its exit code", async () => {
    const { applying } = await inTheMiddle();
    const watching = fleet.start(["runs", "attach", "--json"]);
    for (const name of NAMES) await openGate(lab, name);
    const [applied, watched] = await Promise.all([applying, watching]);
    expect([applied.exitCode, watched.exitCode]).toEqual([0, 0]);
    const events = await eventsIn(fleet, watched.stdout);
    expect(events[0]?.type).toBe("version");
    expect(outcomes(events)).toBe("lab-1 changed, lab-2 changed");
  });

  test("is followed to its hosts' verdicts by attach, and finished by resume", async () => {
    const { applying } = await inTheMiddle();
    for (const state of ["draining", "detached"]) {
      process.kill(-(applying.pid ?? Number.NaN), "SIGINT");
      await until(`the CLI is ${state}`, async () =>
        (await fleet.nixfleet("runs", "show", "last", "--output", "ndjson")).stdout.includes(`"effect":"${state}"`),
      );
    }
    const left = await applying;
    expect(left.exitCode).toBe(130);
    const { run, state } = await latest();
    expect(state).toBe("detached");
    expect(left.stdout).toContain(`nixfleet runs attach ${run}`);
    await openGate(lab, "lab-1");
    const attached = await act(fleet, "runs", "attach");
    expect([attached.code, outcomes(attached.events)]).toEqual([6, "lab-1 changed, lab-2 not_started"]);
    await openGate(lab, "lab-2");
    const resumed = await act(fleet, "runs", "resume", run);
    expect([resumed.code, outcomes(resumed.events)]).toEqual([0, "lab-1 changed, lab-2 changed"]);
    expect(await fleet.nixfleet("runs", "attach", run)).toMatchObject({ code: 3 });
  });
});

test("a run that waits for an approval is paused, and goes on once it is given", async () => {
  for (const name of NAMES) configure(fleet, name, `{ nixfleet.files."/etc/marker".text = "${version}\\n"; }`);
  const paused = await fleet.nixfleet("apply", "--yes", "--group", "all", "--strategy", "asked");
  const { run, state } = await latest();
  expect([paused.code, state]).toEqual([75, "paused"]);
  expect(paused.stdout).toContain(`nixfleet runs resume ${run}`);
  expect([await marker("lab-1"), await marker("lab-2")]).toEqual([String(version), ""]);
  expect(await fleet.nixfleet("runs", "resume", run)).toMatchObject({ code: 75 });
  const approved = await act(fleet, "runs", "resume", run, "--approve");
  expect([approved.code, outcomes(approved.events)]).toEqual([0, "lab-1 changed, lab-2 changed"]);
});

describe("a run that a canary halted", () => {
  const sickCanary = async () => {
    const check = 'nixfleet.healthChecks.well.command = "test -e /run/well";';
    configure(fleet, "lab-1", `{ ${check} nixfleet.files."/etc/marker".text = "${version}\\n"; }`);
    configure(fleet, "lab-2", `{ nixfleet.files."/etc/marker".text = "${version}\\n"; }`);
    await onHost(lab, "lab-1", "rm -f /run/well");
    const before = await Promise.all(NAMES.map(marker));
    const halted = await fleet.nixfleet("apply", "--yes", "--group", "all", "--canary", "lab-1");
    const { run, state } = await latest();
    expect([halted.code, state]).toEqual([6, "halted"]);
    expect(halted.stdout).toContain(`nixfleet runs resume ${run} --lift-halt`);
    expect(await Promise.all(NAMES.map(marker))).toEqual(before);
    return run;
  };

  test("stays halted until a person lifts the halt, and then goes on with the others", async () => {
    const run = await sickCanary();
    const refused = await fleet.nixfleet("runs", "resume", run);
    expect(refused).toMatchObject({ code: 6 });
    expect(refused.stderr).toContain("rollout/halt-stays");
    const lifted = await act(fleet, "runs", "resume", run, "--lift-halt");
    expect([lifted.code, outcomes(lifted.events)]).toEqual([5, "lab-1 rolled_back, lab-2 changed"]);
  });

  test("starts the canary once more when it was mended on the host", async () => {
    const run = await sickCanary();
    await onHost(lab, "lab-1", "touch /run/well");
    const retried = await act(fleet, "runs", "resume", run, "--retry-failed");
    expect([retried.code, outcomes(retried.events)]).toEqual([0, "lab-1 changed, lab-2 changed"]);
    expect(await marker("lab-1")).toBe(String(version));
  });

  test("leaves its hosts to a new run when it was mended in the configuration", async () => {
    const run = await sickCanary();
    configure(fleet, "lab-1", `{ nixfleet.files."/etc/marker".text = "${version}\\n"; }`);
    const failed = await act(fleet, "apply", "--yes", "--rerun", "failed", "--run", run);
    expect([failed.code, outcomes(failed.events)]).toEqual([0, "lab-1 changed"]);
    const others = await act(fleet, "apply", "--yes", "--rerun", "not-started", "--run", run);
    expect([others.code, outcomes(others.events)]).toEqual([0, "lab-2 changed"]);
  });
});
