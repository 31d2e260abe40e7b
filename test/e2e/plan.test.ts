/** `nixfleet plan`: says what apply would do, in words and as data, and touches nothing. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { configure, planOf, statusOf } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  fleet = layFleetProject(lab, { hosts: { "lab-1": { roles: ["base", "nginx", "myapp"] } } });
});
afterAll(() => fleet?.remove());

test("a first plan names packages, accounts, files with their content, and units with the reason", async () => {
  const [host] = (await planOf(fleet, "lab-1")).hosts;
  expect(host).toMatchObject({ action: "change", from: { system: null, generation: 0 } });
  expect(host?.packages.map(({ name, from, to }) => [name, from, to])).toContainEqual(["nginx", null, "1.28.0"]);
  expect(host?.users).toContainEqual({ name: "myapp", kind: "user", change: "add" });
  const motd = host?.files.find(({ path }) => path === "/etc/motd");
  expect(motd).toMatchObject({ change: "modify", adopts: true });
  expect(motd?.diff).toContain("+lab-1 (lab), roles: base, nginx, myapp");
  expect(host?.units).toContainEqual({ name: "nginx.service", action: "start", because: "new unit" });
  expect(host?.units.find(({ name }) => name === "systemd-journald.service")?.because).toContain("journald.conf.d");
});

test("people read the same, and what to type next", async () => {
  const { code, stdout } = await fleet.nixfleet("plan", "lab-1", "--diff", "full");
  expect(code).toBe(0);
  for (const words of ["1 to change", "nginx", "/etc/myapp/config.json", '"port":8080', "next  nixfleet apply lab-1"]) {
    expect(stdout).toContain(words);
  }
});

test("planning touches nothing", async () => {
  expect((await statusOf(fleet)).hosts.map(({ system, lock }) => [system, lock])).toEqual([
    [null, null],
    [null, null],
  ]);
});

test("the exit code tells whether there is something to do, when asked", async () => {
  expect(await fleet.nixfleet("plan", "lab-2")).toMatchObject({ code: 0 });
  expect(await fleet.nixfleet("plan", "lab-2", "--detailed-exitcode")).toMatchObject({ code: 2 });
  expect(await fleet.nixfleet("apply", "lab-2", "--yes")).toMatchObject({ code: 0 });
  const again = await fleet.nixfleet("plan", "lab-2", "--detailed-exitcode");
  expect(again.code).toBe(0);
  expect(again.stdout).toContain("Nothing to do");
});

test("the same fleet in the same state gives the same plan", async () => {
  const [first, second] = [await planOf(fleet, "lab-1"), await planOf(fleet, "lab-1")];
  expect(second.id).toBe(first.id);
  configure(fleet, "lab-1", '{ nixfleet.files."/etc/other".text = "x"; }');
  expect((await planOf(fleet, "lab-1")).id).not.toBe(first.id);
});
