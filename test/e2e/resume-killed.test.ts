/** The operator's machine dies in the middle of stage two: the run goes on where it was, and no host is done twice. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { activationOver, gatedModule, gateReached, openGate } from "../support/gate.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, onHost, outcomes, until } from "../support/verbs.ts";

const NAMES = ["lab-1", "lab-2", "lab-3"];
/** One canary, then the others, one after the other. */
const STAGES = ["--canary", "lab-1", "--batch", "1", "--parallel", "1"];

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  const hosts = Object.fromEntries(NAMES.map((name) => [name, { confirmWithin: "40s" }]));
  fleet = layFleetProject(lab, { hosts });
  expect(await fleet.nixfleet("apply", "--yes", "--group", "all")).toMatchObject({ code: 0 });
});
afterAll(() => fleet?.remove());

/** An apply whose second host stands in the middle of its activation when the CLI is killed. Gives that host's name. */
async function killedInStageTwo(version: number): Promise<string> {
  for (const name of NAMES) configure(fleet, name, gatedModule(version));
  await openGate(lab, "lab-1");
  const applying = fleet.start(["apply", "--yes", "--group", "all", ...STAGES]);
  const second = await Promise.race(["lab-2", "lab-3"].map((name) => gateReached(lab, name).then(() => name)));
  process.kill(-(applying.pid ?? Number.NaN), "SIGKILL");
  await applying;
  return second;
}

/** How often the host applied what, by its own audit. */
async function activations(name: string, run: string): Promise<string[]> {
  const lines = (await onHost(lab, name, "cat /var/lib/nixfleet/audit.ndjson")).split("\n");
  return lines.map((line) => JSON.parse(line)).flatMap(({ run: of, event }) => (of.startsWith(run) ? [event] : []));
}

async function lastRun(): Promise<{ run: string; state: string }> {
  return JSON.parse((await fleet.nixfleet("runs", "list", "--json")).stdout).runs[0];
}

test("a host in flight is confirmed by whoever takes the run up, and the others follow", async () => {
  const second = await killedInStageTwo(1);
  const { run, state } = await lastRun();
  expect(state).toBe("died");
  expect((await fleet.nixfleet("runs", "show", run)).stdout).toContain(`nixfleet runs resume ${run}`);
  for (const name of ["lab-2", "lab-3"]) await openGate(lab, name);
  const { code, events } = await act(fleet, "runs", "resume");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed, lab-2 changed, lab-3 changed"]);
  for (const name of NAMES) expect(await activations(name, run), name).toEqual(["applied"]);
  expect(await onHost(lab, second, "cat /etc/gated")).toBe("version 1");
  expect(await lastRun()).toMatchObject({ run, state: "ended" });
  expect(await fleet.nixfleet("runs", "resume", run)).toMatchObject({ code: 3 });
});

test("a host that went back because nobody confirmed starts once more; of two who resume, one is refused", async () => {
  const second = await killedInStageTwo(2);
  const third = second === "lab-2" ? "lab-3" : "lab-2";
  const { run } = await lastRun();
  await until(`${second} goes back`, async () => {
    // It passes the gate on its way back, too.
    await openGate(lab, second);
    return (await activations(second, run)).includes("rolled-back");
  });
  await activationOver(lab, second);
  await onHost(lab, second, "rm -f /run/gate-open");
  const first = fleet.start(["runs", "resume", run, "--json"]);
  await gateReached(lab, second);
  const other = await fleet.nixfleet("runs", "resume", run);
  expect(other).toMatchObject({ code: 8 });
  expect(other.stderr).toContain("cli/run-alive");
  for (const name of [second, third]) await openGate(lab, name);
  expect((await first).exitCode).toBe(0);
  expect(await activations("lab-1", run)).toEqual(["applied"]);
  expect(await activations(second, run)).toEqual(["rolled-back", "applied"]);
  expect(await activations(third, run)).toEqual(["applied"]);
});
