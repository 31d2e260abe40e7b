/** Generations of a NixOS host that others make and take away: nixfleet never counts on being alone, and deletes none. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, onHost, outcomes, statusOf } from "../support/verbs.ts";

const PROFILES = "/nix/var/nix/profiles";
let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1, shape: ["nixos"] });
  fleet = layFleetProject(lab);
});
afterAll(() => fleet?.remove());

async function applyGreeting(greeting: string): Promise<void> {
  configure(fleet, "lab-1", `{ nixfleet.files."/etc/greeting".text = "${greeting}\n"; }`);
  const { events, stderr } = await act(fleet, "apply", "--yes");
  expect(outcomes(events), stderr).toBe("lab-1 changed");
}
const rollBack = async (...words: string[]): Promise<string> => {
  const { events, stderr } = await act(fleet, "rollback", "--host", "lab-1", "--yes", ...words);
  return `${outcomes(events)}${stderr}`;
};
const greeting = (): Promise<string> => onHost(lab, "lab-1", "cat /etc/greeting 2>/dev/null || echo none");
const generations = (): Promise<string> =>
  onHost(lab, "lab-1", `cd ${PROFILES} && ls -d system-*-link | tr -dc '0-9\\n' | xargs`);
/** What nixos-rebuild does with a system that is built. */
const switchByHand = (system: string): Promise<string> =>
  onHost(
    lab,
    "lab-1",
    `sudo nix-env -p ${PROFILES}/system --set ${system} && sudo ${system}/bin/switch-to-configuration switch`,
  );

test("back is to what ran before, not to the number below", async () => {
  await applyGreeting("one");
  await applyGreeting("two");
  expect(await rollBack("--to", "2")).toBe("lab-1 changed");
  await applyGreeting("three");
  expect(await rollBack()).toBe("lab-1 changed");
  expect(await greeting()).toBe("one");
  expect(await generations()).toBe("1 2 3 4");
});

test("a system that somebody switched to by hand is nobody's work, and one can go back from it", async () => {
  await switchByHand(`$(readlink -f ${PROFILES}/system-1-link)`);
  expect(await greeting()).toBe("none");
  const [host] = (await statusOf(fleet)).hosts;
  expect(host).toMatchObject({ generation: 5, appliedAt: null, appliedBy: null });
  expect((await fleet.nixfleet("status")).stdout).toContain("what runs was not applied by nixfleet");
  expect(await rollBack("--to", "4")).toBe("lab-1 changed");
  expect(await greeting()).toBe("three");
  expect(await generations()).toBe("1 2 3 4 5");
});

test("a generation that somebody deleted is told with those that are left", async () => {
  await onHost(lab, "lab-1", `sudo nix-env -p ${PROFILES}/system --delete-generations 3`);
  const { code, stdout, stderr } = await fleet.nixfleet("rollback", "--host", "lab-1", "--to", "3", "--yes");
  expect(code).toBe(5);
  expect(stdout + stderr).toMatch(/plan\/no-generation(?:.|\n)*generations 1, 2, 4, 5/);
  expect(await greeting()).toBe("three");
});
