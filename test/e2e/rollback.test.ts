/** Back to what a host ran before, to any generation it still has, and to nothing at all. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes, statusOfHost } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let motd: string;
const note = (text: string) => `{ nixfleet.files."/etc/nf-note".text = "${text}\\n"; }`;
const noteThere = (name = "lab-1") => onHost(lab, name, "cat /etc/nf-note");

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  motd = await onHost(lab, "lab-1", "sha256sum </etc/motd");
  fleet = layFleetProject(lab, { hosts: { "lab-1": { roles: ["base", "myapp"] } } });
  for (const text of ["one", "two", "three"]) {
    configure(fleet, "lab-1", note(text));
    configure(fleet, "lab-2", note(text));
    expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed, lab-2 changed");
  }
});
afterAll(() => fleet?.remove());

test("--check shows the way back, and goes nowhere", async () => {
  const { code, stdout } = await fleet.nixfleet("rollback", "lab-1", "--check", "--diff", "full");
  expect(code).toBe(0);
  expect(stdout).toContain("-three");
  expect(stdout).toContain("+two");
  expect(await noteThere()).toBe("three");
});

test("without a word on hosts nothing is rolled back", async () => {
  const { code, stderr } = await fleet.nixfleet("rollback", "--yes");
  expect(code).toBe(3);
  expect(stderr).toContain("--group all");
});

test("previous is what ran before", async () => {
  const { code, events } = await act(fleet, "rollback", "lab-1", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
  expect([await noteThere(), await noteThere("lab-2")]).toEqual(["two", "three"]);
});

test("a number is that generation, and nothing is built for it", async () => {
  // A fleet that does not evaluate any more must not keep anybody from going back.
  configure(fleet, "lab-2", "this is no module");
  const { code, events } = await act(fleet, "rollback", "lab-2", "--to", "1", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-2 changed"]);
  expect(events.some((event) => event.type === "phase_start" && event.phase === "evaluate")).toBe(false);
  expect(await noteThere("lab-2")).toBe("one");
});

test("a generation that the host does not have is refused, naming those it has", async () => {
  const { code, events } = await act(fleet, "rollback", "lab-2", "--to", "77", "--yes");
  expect(code).toBe(5);
  expect(errorOf(events, "lab-2")).toMatchObject({ code: "plan/no-generation", expected: "generation 77" });
  expect(errorOf(events, "lab-2").found).toMatch(/^generations 1, 2, 3/);
});

test("the plan of a removal says what comes back", async () => {
  const { stdout } = await fleet.nixfleet("remove", "lab-1", "--check");
  expect(stdout).toMatch(/- \/etc\/motd {2}what was there before it was taken over comes back/);
});

test("remove stops managing a host: what was adopted is back, what was added is gone", async () => {
  const { code, events } = await act(fleet, "remove", "lab-1", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
  expect(await onHost(lab, "lab-1", "sha256sum </etc/motd")).toBe(motd);
  const left =
    "ls -d /etc/nf-note /etc/myapp /etc/systemd/system/myapp.service /run/nixfleet/current 2>/dev/null || true";
  expect(await onHost(lab, "lab-1", `${left}; systemctl is-active myapp || true`)).toBe("inactive");
  // The account is closed, not deleted: files of its own may lie anywhere.
  expect(await onHost(lab, "lab-1", "id -un myapp; passwd -S myapp | cut -d' ' -f2")).toBe("myapp\nL");
  expect(await statusOfHost(fleet, "lab-1")).toMatchObject({ system: null, generation: 0, drift: [] });
});

test("generation 0 is the same", async () => {
  const { code, events } = await act(fleet, "rollback", "lab-2", "--to", "0", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-2 changed"]);
  expect(await onHost(lab, "lab-2", "ls /etc/nf-note 2>/dev/null || echo gone")).toBe("gone");
});

test("removing what is not managed is nothing to do", async () => {
  expect(outcomes((await act(fleet, "remove", "--group", "all", "--yes")).events)).toBe(
    "lab-1 unchanged, lab-2 unchanged",
  );
});
