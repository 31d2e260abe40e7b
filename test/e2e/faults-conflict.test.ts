/** What stands in the way of a closure, and units that do not start. */
import { afterAll, beforeEach, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes, planOf, statusOfHost } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const sound = '{ nixfleet.files."/etc/nf-note".text = "sound\\n"; }';

beforeEach(async () => {
  if (fleet !== undefined) return;
  lab = await useLab({ hosts: 2 });
  fleet = layFleetProject(lab);
  configure(fleet, "lab-1", sound);
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed, lab-2 changed");
});
afterAll(() => fleet?.remove());

test("a file that is not ours is named and left alone, and the others go on", async () => {
  await onHost(lab, "lab-1", "echo mine >/etc/nf-mine");
  const module = (adopt: string) => `{ nixfleet.files."/etc/nf-mine" = { text = "ours\\n"; ${adopt} }; }`;
  configure(fleet, "lab-1", module(""));
  configure(fleet, "lab-2", module(""));
  const [planned] = (await planOf(fleet)).hosts;
  expect(planned).toMatchObject({
    action: "held",
    conflicts: [{ path: "/etc/nf-mine", found: "a file, 0644 root root" }],
  });
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed, lab-2 changed"]);
  expect(errorOf(events, "lab-1")).toMatchObject({ code: "plan/conflict" });
  expect(errorOf(events, "lab-1").next).toContain("adopt = true");
  expect(await onHost(lab, "lab-1", "cat /etc/nf-mine")).toBe("mine");
  // Taken over when asked to, and given back.
  configure(fleet, "lab-1", module("adopt = true;"));
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed, lab-2 unchanged");
  expect(await onHost(lab, "lab-1", "cat /etc/nf-mine")).toBe("ours");
  configure(fleet, "lab-1", sound);
  expect(outcomes((await act(fleet, "apply", "--yes")).events)).toBe("lab-1 changed, lab-2 unchanged");
  expect(await onHost(lab, "lab-1", "cat /etc/nf-mine")).toBe("mine");
});

const units: readonly [what: string, text: string, told: RegExp][] = [
  [
    "a unit whose program does not exist",
    "[Service]\\nExecStart=/usr/bin/nf-no-such-program\\n[Install]\\nWantedBy=multi-user.target\\n",
    /nf-no-such-program/,
  ],
  [
    "a service that ends at once",
    "[Service]\\nExecStart=/bin/sh -c 'echo my last words; exit 3'\\n[Install]\\nWantedBy=multi-user.target\\n",
    /my last words/,
  ],
  [
    "a unit that is none",
    "[Servce]\\nExecStrt=/bin/true\\n[Install]\\nWantedBy=multi-user.target\\n",
    /nf-bad\.service/,
  ],
];

test.each(units)("%s: the host is put back, and the reason is in the error", async (_what, text, told) => {
  const before = await statusOfHost(fleet, "lab-1");
  configure(
    fleet,
    "lab-1",
    `{ nixfleet.systemd.units."nf-bad.service".text = "${text}"; nixfleet.files."/etc/nf-note".text = "bad\\n"; }`,
  );
  const { code, events } = await act(fleet, "apply", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 rolled_back, lab-2 unchanged"]);
  const error = errorOf(events, "lab-1");
  expect(error.code).toBe("host/rolled-back");
  expect(error.what).toContain("nf-bad.service");
  expect(`${error.what}\n${error.detail}`).toMatch(told);
  const after = await statusOfHost(fleet, "lab-1");
  expect(after).toMatchObject({ system: before.system, committed: before.system, drift: [], failedUnits: [] });
  expect(await onHost(lab, "lab-1", "cat /etc/nf-note; ls /etc/systemd/system/nf-bad.service 2>&1 | wc -l")).toBe(
    "sound\n1",
  );
});
