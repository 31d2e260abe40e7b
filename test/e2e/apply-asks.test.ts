/** Before hosts are changed somebody says yes: on the terminal, by a flag, or by having saved the plan. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { onTerminal } from "../support/terminal.ts";
import { act, configure, eventsIn, onHost, outcomes, summaryOf } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const note = () => onHost(lab, "lab-1", "cat /etc/nf-note 2>/dev/null || echo none");
const wish = (text: string) => configure(fleet, "lab-1", `{ nixfleet.files."/etc/nf-note".text = "${text}\\n"; }`);

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = layFleetProject(lab);
  wish("one");
});
afterAll(() => fleet?.remove());

test("without a terminal and without --yes nothing happens, and the events say why", async () => {
  const { code, events, stderr } = await act(fleet, "apply");
  expect(code).toBe(3);
  expect(stderr).toContain("error[cli/needs-confirmation]");
  expect(summaryOf(events)).toMatchObject({ exit: 3, counts: { not_started: 1 } });
  expect(await note()).toBe("none");
});

test("no is an orderly end, and nothing was changed", async () => {
  const session = onTerminal(fleet, "apply");
  await session.answer("Apply this to 1 host? [y/N]", "n");
  const { code, screen } = await session.end();
  expect(code).toBe(6);
  expect(screen).toContain("nothing was changed");
  expect(await note()).toBe("none");
  const kept = await fleet.nixfleet("runs", "show", "last", "--output", "ndjson");
  expect(outcomes(await eventsIn(fleet, kept.stdout))).toBe("lab-1 not_started");
});

test("Ctrl-C at the question is no", async () => {
  const session = onTerminal(fleet, "apply");
  await session.press("Apply this to 1 host? [y/N]", "\u0003");
  expect((await session.end()).code).toBe(130);
  expect(await note()).toBe("none");
});

test("yes is yes", async () => {
  const session = onTerminal(fleet, "apply");
  await session.answer("Apply this to 1 host? [y/N]", "yes");
  const { code, screen } = await session.end();
  expect(code, screen).toBe(0);
  expect(await note()).toBe("one");
});

test("a saved plan was looked at when it was saved", async () => {
  wish("two");
  expect(await fleet.nixfleet("plan", "--out", "plan.json")).toMatchObject({ code: 0 });
  const { code, events } = await act(fleet, "apply", "plan.json");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
  expect(await note()).toBe("two");
});

test("where nothing is to be done, nobody is asked", async () => {
  expect(await fleet.nixfleet("apply")).toMatchObject({ code: 0 });
});
