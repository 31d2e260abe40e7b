/** A host dies in the middle of an activation. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { gatedModule, gateReached, openGate } from "../support/gate.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, eventsIn, onHost, outcomes, statusOfHost, until } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  // Nothing is to be confirmed, so nothing goes back at the boot: the next run has to finish it.
  fleet = layFleetProject(lab, { inventory: { groups: { gated: { hosts: ["lab-*"], confirmWithin: "0s" } } } });
  fleet.write("ssh-config", "Host *\n  ServerAliveInterval 1\n  ServerAliveCountMax 2\n  ConnectTimeout 2\n");
  for (const name of ["lab-1", "lab-2"]) configure(fleet, name, gatedModule(1));
});
afterAll(() => fleet?.remove());

test("the others are done, and whoever gives up waiting is told that its end is not known", async () => {
  const applying = fleet.start(["apply", "--yes", "--json", "--ssh-config", "ssh-config"]);
  let seen = "";
  applying.stdout?.on("data", (chunk: Buffer) => {
    seen += chunk.toString();
  });
  await gateReached(lab, "lab-1");
  await lab.power("lab-1", "off");
  await openGate(lab, "lab-2");
  await until("the other host is done", async () => /"type":"host_result".*"host":"lab-2"/.test(seen));
  await until("the loss is noticed", async () => seen.includes('"type":"diagnostic"'));
  for (const _time of [1, 2]) {
    process.kill(-(applying.pid ?? Number.NaN), "SIGINT");
    await until("the CLI notices", async () => seen.includes('"type":"signal"'));
  }
  const { exitCode, stdout } = await applying;
  const events = await eventsIn(fleet, stdout);
  expect([exitCode, outcomes(events)]).toEqual([130, "lab-1 unknown, lab-2 changed"]);
});

test("as long as it is dead it is unreachable, and that is no failure of the others", async () => {
  const { code, events } = await act(fleet, "apply", "--yes", "--ssh-config", "ssh-config");
  expect([code, outcomes(events)]).toEqual([4, "lab-1 unreachable, lab-2 unchanged"]);
  expect(errorOf(events, "lab-1").code).toMatch(/^transport\/(timeout|no-route)$/);
});

test("when it is back, the next apply finishes what was cut short", async () => {
  await lab.power("lab-1", "on");
  expect((await fleet.nixfleet("plan", "lab-1")).stdout).toContain("finishes an activation that was cut short");
  await openGate(lab, "lab-1");
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed, lab-2 unchanged"]);
  expect(await onHost(lab, "lab-1", "cat /etc/gated; systemctl is-active gate")).toBe("version 1\nactive");
  expect(await statusOfHost(fleet, "lab-1")).toMatchObject({ drift: [], lock: null });
});
