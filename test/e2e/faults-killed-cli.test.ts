/** The operator's machine dies in the middle of an apply: the host finishes, and the next apply starts clean. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { activationOver, gatedModule, gateReached, openGate } from "../support/gate.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes, statusOfHost } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  // A host that wants to be confirmed goes back when nobody is left to do so.
  fleet = layFleetProject(lab, { hosts: { "lab-1": { confirmWithin: "0s" } } });
  configure(fleet, "lab-1", gatedModule(1));
  const applying = fleet.start(["apply", "--yes"]);
  await gateReached(lab, "lab-1");
  process.kill(-(applying.pid ?? Number.NaN), "SIGKILL");
  await applying;
});
afterAll(() => fleet?.remove());

test("the dead run is listed as such", async () => {
  const { runs } = JSON.parse((await fleet.nixfleet("runs", "list", "--json")).stdout);
  expect(runs[0]).toMatchObject({ verb: "apply", state: "died", hosts: 1 });
  expect((await fleet.nixfleet("runs", "list")).stdout).toContain("died");
  expect((await fleet.nixfleet("runs", "show", "last")).stdout).toMatch(/lab-1.*unknown|unknown.*lab-1/);
});

test("while its activation goes on, nobody else gets at the host", async () => {
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([8, "lab-1 locked"]);
  expect(errorOf(events, "lab-1").code).toBe("plan/activation-running");
});

test("the host comes to its verdict alone", async () => {
  await openGate(lab, "lab-1");
  await activationOver(lab, "lab-1");
  expect(await onHost(lab, "lab-1", "cat /etc/gated")).toBe("version 1");
  const host = await statusOfHost(fleet, "lab-1");
  expect(host).toMatchObject({ generation: 1, drift: [] });
  expect(host.committed).toBe(host.system);
});

test("the next apply takes over the lock that the dead run left, without waiting for it to expire", async () => {
  expect((await statusOfHost(fleet, "lab-1")).lock).toMatchObject({ expired: false });
  const idle = await act(fleet, "apply", "--yes");
  expect([idle.code, outcomes(idle.events)]).toEqual([0, "lab-1 unchanged"]);
  configure(fleet, "lab-1", '{ nixfleet.files."/etc/nf-note".text = "next\\n"; }');
  expect((await fleet.nixfleet("plan")).stdout).toMatch(/takes over the lock of run \w+, which died/);
  const next = await act(fleet, "apply", "--yes");
  expect([next.code, outcomes(next.events)]).toEqual([0, "lab-1 changed"]);
  expect(await statusOfHost(fleet, "lab-1")).toMatchObject({ generation: 2, lock: null });
});
