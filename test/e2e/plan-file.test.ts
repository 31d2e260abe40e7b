/** A saved plan is carried out exactly, or not at all. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes, statusOf } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const names = ["lab-1", "lab-2", "lab-3"];
const motd = (text: string) => `{ nixfleet.files."/etc/nf-note".text = "${text}\\n"; }`;
const configureAll = (text: string) => {
  for (const name of names) configure(fleet, name, motd(text));
};

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  fleet = layFleetProject(lab);
  configureAll("one");
  expect(await fleet.nixfleet("apply", "--yes")).toMatchObject({ code: 0 });
});
afterAll(() => fleet?.remove());

test("a host that moved since is refused, and the others go on", async () => {
  configureAll("two");
  const planned = await fleet.nixfleet("plan", "--out", "plan.json", "--detailed-exitcode");
  expect(planned).toMatchObject({ code: 2 });
  expect(planned.stdout).toContain("next  nixfleet apply plan.json");
  await onHost(lab, "lab-2", "echo edited >>/etc/nf-note");
  // What is in the repo by now does not matter to a plan that was made before.
  configureAll("three");
  const { code, events } = await act(fleet, "apply", "--yes", "plan.json");
  expect(code).toBe(7);
  expect(outcomes(events)).toBe("lab-1 changed, lab-2 stale, lab-3 changed");
  expect(errorOf(events, "lab-2")).toMatchObject({ code: "plan/stale", found: "edited: /etc/nf-note" });
  expect(await onHost(lab, "lab-1", "cat /etc/nf-note")).toBe("two");
  expect(await onHost(lab, "lab-2", "cat /etc/nf-note")).toBe("one\nedited");
});

test("what is done already is not done again", async () => {
  const { events } = await act(fleet, "apply", "--yes", "plan.json");
  expect(outcomes(events)).toBe("lab-1 unchanged, lab-2 stale, lab-3 unchanged");
});

test("a plan that somebody changed is refused before any host is asked", async () => {
  fleet.write("edited.json", fleet.read("plan.json").replace('"maxParallel": 10', '"maxParallel": 99'));
  const { code, stderr } = await fleet.nixfleet("apply", "--yes", "edited.json");
  expect(code).toBe(3);
  expect(stderr).toContain("error[plan/edited]");
});

test.each([
  ["cut.json", () => fleet.read("plan.json").slice(0, 400), "plan/unreadable"],
  ["status.json", async () => JSON.stringify(await statusOf(fleet)), "plan/unknown-format"],
])("%s is no plan", async (name, text, code) => {
  fleet.write(name, await text());
  const answer = await fleet.nixfleet("apply", "--yes", join(fleet.folder, name));
  expect(answer.code).toBe(3);
  expect(answer.stderr).toContain(`error[${code}]`);
});

test("a file that is not there is told as such", async () => {
  const answer = await fleet.nixfleet("apply", "--yes", "nowhere.json");
  expect(answer.code).toBe(3);
  expect(answer.stderr).toContain("nowhere.json cannot be read");
});
