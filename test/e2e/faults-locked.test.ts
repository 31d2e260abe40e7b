/** Two people apply at once: one of them does, the other is told who. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { gatedModule, gateReached, openGate } from "../support/gate.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes } from "../support/verbs.ts";

let lab: TestLab;
let mine: FleetProject;
let theirs: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
  mine = layFleetProject(lab);
  // Another operator: another machine's journal, so that nothing is known here of the other's run.
  theirs = layFleetProject(lab);
});
afterAll(() => {
  mine?.remove();
  theirs?.remove();
});

test("the second is refused on that host with exit code 8, and goes on with the others", async () => {
  configure(mine, "lab-1", gatedModule(1));
  const applying = mine.start(["apply", "--yes", "--host", "lab-1"]);
  await gateReached(lab, "lab-1");
  for (const name of ["lab-1", "lab-2"]) configure(theirs, name, '{ nixfleet.files."/etc/theirs".text = "x"; }');
  const { code, events } = await act(theirs, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([8, "lab-1 locked, lab-2 changed"]);
  const [{ run, by }] = JSON.parse((await mine.nixfleet("runs", "list", "--json")).stdout).runs;
  expect(errorOf(events, "lab-1").what).toContain(by);
  expect(errorOf(events, "lab-1").what).toContain(run);
  await openGate(lab, "lab-1");
  expect((await applying).exitCode).toBe(0);
});

test("between activations it is the lock that keeps them apart, until it expires", async () => {
  const lock = (seconds: number) =>
    `01ARZ3NDEKTSV4RRFFQ69G5FAV\\tann@desk\\tapply\\t1\\t$(($(date +%s) + ${seconds}))\\n`;
  await onHost(lab, "lab-1", `printf "${lock(600)}" >/run/nixfleet/lock`);
  const { code, events } = await act(theirs, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([8, "lab-1 locked, lab-2 unchanged"]);
  expect(errorOf(events, "lab-1")).toMatchObject({ code: "plan/locked" });
  expect(errorOf(events, "lab-1").what).toContain("ann@desk");
  await onHost(lab, "lab-1", `printf "${lock(-1)}" >/run/nixfleet/lock`);
  const later = await act(theirs, "apply", "--yes");
  expect([later.code, outcomes(later.events)]).toEqual([0, "lab-1 changed, lab-2 unchanged"]);
});

test("with --lock-wait a host that is locked already when it is planned is waited for, and planned as it is then", async () => {
  const taken = "01ARZ3NDEKTSV4RRFFQ69G5FAV\\tann@desk\\tapply\\t1\\t$(($(date +%s) + 600))\\n";
  await onHost(lab, "lab-1", `printf "${taken}" >/run/nixfleet/lock`);
  configure(theirs, "lab-1", '{ nixfleet.files."/etc/theirs".text = "waited"; }');
  const short = await theirs.nixfleet("apply", "--yes", "--host", "lab-1", "--lock-wait", "3s");
  expect([short.code, short.stderr]).toEqual([8, expect.stringContaining("waiting for lab-1: locked by ann@desk")]);
  const applying = theirs.start(["apply", "--yes", "--host", "lab-1", "--lock-wait", "5m"]);
  const waits = new Promise<void>((resolve) => {
    applying.stderr.on("data", (chunk: Buffer) => chunk.toString().includes("waiting for lab-1") && resolve());
  });
  await waits;
  // What the other run leaves behind is what the plan starts from.
  await onHost(lab, "lab-1", "echo edited >/etc/theirs; rm /run/nixfleet/lock");
  expect((await applying).exitCode).toBe(0);
  expect(await onHost(lab, "lab-1", "cat /etc/theirs")).toBe("waited");
});

test("a saved plan meets the same lock when it is carried out", async () => {
  configure(theirs, "lab-1", '{ nixfleet.files."/etc/theirs".text = "y"; }');
  expect(await theirs.nixfleet("plan", "--out", "plan.json")).toMatchObject({ code: 0 });
  const expiry = "$(($(date +%s) + 600))";
  await onHost(
    lab,
    "lab-1",
    `printf "01ARZ3NDEKTSV4RRFFQ69G5FAV\\tann@desk\\tapply\\t1\\t${expiry}\\n" >/run/nixfleet/lock`,
  );
  const { code, events } = await act(theirs, "apply", "--yes", "plan.json");
  expect([code, outcomes(events)]).toEqual([8, "lab-1 locked, lab-2 unchanged"]);
  expect(errorOf(events, "lab-1")).toMatchObject({ code: "host/locked" });
  expect(errorOf(events, "lab-1").found).toContain("ann@desk");
});
