/** What a run tells programs, and what is kept of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../src/domain/outcome/events.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, eventsIn, outcomes, summaryOf } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
let events: readonly RunEvent[];

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  const roles = { roles: ["base"] };
  fleet = layFleetProject(lab, { hosts: { "lab-1": roles, "lab-2": roles, "lab-3": roles } });
  const answer = await act(fleet, "apply", "--yes", "--parallel", "1");
  expect(answer.code, answer.stderr).toBe(0);
  events = answer.events;
});
afterAll(() => fleet?.remove());

test("the first line says which version speaks, the last what became of every host", () => {
  expect(events[0]).toMatchObject({ type: "version", schema: "nixfleet.events/1", verb: "apply", seq: 0 });
  expect(summaryOf(events)).toMatchObject({ exit: 0, counts: { changed: 3, failed: 0 } });
  expect(outcomes(events)).toBe("lab-1 changed, lab-2 changed, lab-3 changed");
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index));
  expect(new Set(events.map(({ run }) => run)).size).toBe(1);
});

test("with --parallel 1 a host is begun when the one before it is done", () => {
  const order = events.flatMap((event) => {
    if (event.type === "phase_start" && event.phase === "lock") return [`begin ${event.host}`];
    return event.type === "host_result" ? [`end ${event.host}`] : [];
  });
  const begun = order.filter((word) => word.startsWith("begin ")).map((word) => word.slice("begin ".length));
  expect(begun.toSorted()).toEqual(["lab-1", "lab-2", "lab-3"]);
  expect(order).toEqual(begun.flatMap((name) => [`begin ${name}`, `end ${name}`]));
});

test("the journal has the same events, the plan, and each host's own words", async () => {
  const kept = await fleet.nixfleet("runs", "show", "last", "--output", "ndjson");
  expect(await eventsIn(fleet, kept.stdout)).toEqual(events);
  const shown = await fleet.nixfleet("runs", "show", "last", "--json");
  const run = JSON.parse(shown.stdout);
  expect(run).toMatchObject({ verb: "apply", state: "ended", exit: 0, plan: { summary: { change: 3 } } });
  expect(fleet.read(`${run.folder}/hosts/lab-2.log`)).toContain("/etc/motd");
});

test("--output json is one document: the summary", async () => {
  const { code, stdout } = await fleet.nixfleet("apply", "--yes", "--output", "json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ type: "summary", exit: 0, counts: { unchanged: 3 } });
});

test("people get progress on standard error and the outcome on standard output", async () => {
  const { stdout, stderr } = await fleet.nixfleet("apply", "--yes");
  expect(stdout).toMatch(/^apply done in .*: 3 unchanged\n?$/);
  expect(stderr).toContain("Nothing to do");
});
