/** Old generations are forgotten when they are told to be, and what may be needed stays. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, onHost, outcomes } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const generations = (): Promise<string> => onHost(lab, "lab-1", "ls /nix/var/nix/profiles/nixfleet | grep -c -- -link");

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  fleet = layFleetProject(lab, { hosts: { "lab-1": { confirmWithin: "0s" } } });
  for (const text of ["one", "two", "three", "four"]) {
    configure(fleet, "lab-1", `{ nixfleet.files."/etc/nf-note".text = "${text}\\n"; }`);
    expect(await fleet.nixfleet("apply", "--yes")).toMatchObject({ code: 0 });
  }
});
afterAll(() => fleet?.remove());

test("--check shows them, and forgets none", async () => {
  const shown = await fleet.nixfleet("gc", "--group", "all", "--keep", "1", "--check");
  expect(shown).toMatchObject({ code: 0, stdout: "lab-1: forget generations 1, 2\nlab-2: nothing to forget" });
  const record = JSON.parse((await fleet.nixfleet("gc", "lab-1", "--keep", "1", "--check", "--json")).stdout);
  expect(record).toEqual({ schema: "nixfleet.garbage/1", hosts: [{ name: "lab-1", generations: [1, 2] }] });
  expect(await generations()).toBe("4");
});

test("nothing is forgotten without a word on hosts, nor without consent", async () => {
  expect(await fleet.nixfleet("gc", "--yes")).toMatchObject({ code: 3 });
  const unasked = await fleet.nixfleet("gc", "lab-1", "--keep", "1");
  expect(unasked).toMatchObject({ code: 3, stderr: expect.stringContaining("--yes") });
  expect(await generations()).toBe("4");
});

test("what runs and what ran before stay, however few are to be kept", async () => {
  const done = await fleet.nixfleet("gc", "lab-1", "--keep", "1", "--collect", "--yes");
  expect(done, done.stderr).toMatchObject({ code: 0 });
  expect(done.stdout).toMatch(/lab-1\nforgot generations 1, 2; \d+ MiB freed/);
  expect(await generations()).toBe("2");
  expect(outcomes((await act(fleet, "rollback", "lab-1", "--yes")).events)).toBe("lab-1 changed");
  expect(await onHost(lab, "lab-1", "cat /etc/nf-note")).toBe("three");
});
