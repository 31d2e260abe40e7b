/** Where nothing is to be done, a host sees one connection and one command. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { type Visits, visitsDuring } from "../support/sshd-journal.ts";
import { act, outcomes, statusOf } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const names = ["lab-1", "lab-2", "lab-3"];

beforeAll(async () => {
  lab = await useLab({ hosts: 3 });
  const roles = { "lab-1": { roles: ["base", "nginx", "myapp"] }, "lab-2": { roles: ["base"] } };
  fleet = layFleetProject(lab, { hosts: roles });
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed, lab-2 changed, lab-3 changed"]);
});
afterAll(() => fleet?.remove());

/** On all hosts at once, since each must be counted during the same work. */
async function visits(work: () => Promise<unknown>): Promise<Record<string, Visits>> {
  const seen: Record<string, Visits> = {};
  const nested = names.reduceRight<() => Promise<unknown>>(
    (inner, name) => async () => {
      seen[name] = await visitsDuring(lab, name, inner);
    },
    work,
  );
  await nested();
  return seen;
}

test("an apply that finds nothing to do costs one connection and one command a host", async () => {
  const seen = await visits(async () => {
    const { code, events } = await act(fleet, "apply");
    expect([code, outcomes(events)]).toEqual([0, "lab-1 unchanged, lab-2 unchanged, lab-3 unchanged"]);
  });
  const once = { connections: 1, sudo: 1 };
  expect(seen).toEqual({ "lab-1": once, "lab-2": once, "lab-3": once });
});

test("looking at the fleet costs one connection too, and a command more for health, and once for pending updates", async () => {
  const all = (sudo: number) => names.map(() => ({ connections: 1, sudo }));
  expect(Object.values(await visits(() => statusOf(fleet)))).toEqual(all(3));
  // Until something moves, the host knows its updates by itself.
  expect(Object.values(await visits(() => statusOf(fleet)))).toEqual(all(2));
});
