/** The operator's machine dies while a host reboots: whoever takes the run up waits for that boot, and orders no second one. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, onHost, outcomes, until } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  fleet = layFleetProject(lab);
  expect(await fleet.nixfleet("apply", "--yes")).toMatchObject({ code: 0 });
});
afterAll(() => fleet?.remove());

const bootId = () => onHost(lab, "lab-1", "cat /proc/sys/kernel/random/boot_id");

test("a reboot in flight is followed to its end, and happens once", async () => {
  const before = await bootId();
  const rebooting = fleet.start(["reboot", "--yes", "--always", "lab-1"]);
  await until("the reboot is ordered", async () =>
    (await fleet.nixfleet("runs", "show", "last", "--output", "ndjson")).stdout.includes(
      "waiting for the host to go down",
    ),
  );
  process.kill(-(rebooting.pid ?? Number.NaN), "SIGKILL");
  await rebooting;
  const { code, events } = await act(fleet, "runs", "resume");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
  expect(await bootId()).not.toBe(before);
  const orders = await onHost(lab, "lab-1", 'grep -c \'"event":"reboot"\' /var/lib/nixfleet/audit.ndjson');
  expect(orders).toBe("1");
  expect(await onHost(lab, "lab-1", "test ! -e /var/lib/nixfleet/reboots && echo none")).toBe("none");
});
