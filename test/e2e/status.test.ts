/** `nixfleet status`: how old, how healthy, who is at work, and what could not be reached. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { gatedModule, gateReached, openGate } from "../support/gate.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, onHost, outcomes, statusOf, statusOfHost } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  fleet = layFleetProject(lab, { hosts: { "lab-1": { roles: ["base"] } } });
  const { events } = await act(fleet, "apply", "--yes", "--host", "lab-1", "--host", "lab-2");
  expect(outcomes(events)).toBe("lab-1 changed, lab-2 changed");
});
afterAll(() => fleet?.remove());

test("tells who applied what, and what the host is", async () => {
  const host = await statusOfHost(fleet, "lab-1");
  expect(host).toMatchObject({
    reachable: true,
    generation: 1,
    upToDate: null,
    drift: [],
    lock: null,
    activation: null,
  });
  expect(host.committed).toBe(host.system);
  expect(host.appliedBy).toContain("@");
  expect(host.osRelease).toContain("Ubuntu");
  expect(host.nixVersion).toMatch(/^nix \(Nix\) \d/);
});

test("an age limit is for jobs that watch: 2 when somebody forgot a host", async () => {
  expect(await fleet.nixfleet("status", "lab-1", "--max-age", "1h")).toMatchObject({ code: 0 });
  expect(await fleet.nixfleet("status", "lab-1", "--max-age", "1ms")).toMatchObject({ code: 2 });
  // Nothing was ever applied to the third.
  expect(await fleet.nixfleet("status", "lab-3", "--max-age", "1h")).toMatchObject({ code: 2 });
});

test("--compare says whether a host runs what the fleet describes now", async () => {
  configure(fleet, "lab-2", '{ nixfleet.files."/etc/nf-note".text = "new"; }');
  const { hosts } = await statusOf(fleet, "--compare");
  expect(hosts.map(({ name, upToDate }) => [name, upToDate])).toEqual([
    ["lab-1", true],
    ["lab-2", false],
    ["lab-3", false],
  ]);
  expect(await fleet.nixfleet("status", "lab-2", "--compare", "--detailed-exitcode")).toMatchObject({ code: 2 });
});

test("a failed unit of anybody makes a host unhealthy", async () => {
  await onHost(lab, "lab-1", "systemd-run --unit=nf-broken false; sleep 0.5; systemctl is-failed nf-broken");
  const { stdout } = await fleet.nixfleet("status", "lab-1");
  expect(stdout).toMatch(/lab-1 +unhealthy/);
  expect(stdout).toContain("failed unit nf-broken.service");
  await onHost(lab, "lab-1", "systemctl reset-failed");
});

test("a host at work is told as such, with whoever works on it", async () => {
  configure(fleet, "lab-1", gatedModule(1));
  const applying = fleet.start(["apply", "--yes", "--host", "lab-1"]);
  await gateReached(lab, "lab-1");
  const host = await statusOfHost(fleet, "lab-1");
  expect(host.lock).toMatchObject({ reason: "apply", expired: false });
  expect(host.activation).toBe(host.lock?.run);
  expect((await fleet.nixfleet("status", "lab-1")).stdout).toMatch(/lab-1 +changing/);
  await openGate(lab, "lab-1");
  expect((await applying).exitCode).toBe(0);
  expect(await statusOfHost(fleet, "lab-1")).toMatchObject({ lock: null, activation: null });
});

test("a host that does not answer is one line among the others", async () => {
  await lab.power("lab-2", "off");
  fleet.write("impatient", "Host *\n  ConnectTimeout 2\n");
  const { code, stdout, stderr } = await fleet.nixfleet("status", "--ssh-config", "impatient");
  expect(code, stderr).toBe(4);
  expect(stdout).toMatch(/lab-2 +unreachable/);
  expect(stdout).toMatch(/lab-1 +ok/);
  expect(stdout).toMatch(/transport\/(timeout|no-route)/);
});
