/** A reboot window of minutes, which closes while hosts are at it. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { asksForReboot, bootIdOf, hookLog, QUICK, resultsOf, standIn } from "../support/os-fleet.ts";

const MINUTE_MS = 60_000;

let lab: TestLab;
let project: FleetProject;
let hosts: readonly HostUnderTest[];

beforeAll(async () => {
  lab = await useLab({ hosts: 2, archive: true });
});
beforeEach(async () => {
  await lab.reset();
  hosts = await Promise.all(["lab-1", "lab-2"].map((name) => hostOf(lab, name)));
  await Promise.all(hosts.map(asksForReboot));
});
afterEach(() => project?.remove());

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

/** Open since a minute, and for so many whole minutes from the next one on. */
function windowOf(minutes: number): { readonly text: string; readonly endSeconds: number } {
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const end = now + (minutes + 1) * MINUTE_MS;
  return { text: `* ${clock(now - MINUTE_MS)}-${clock(end)} UTC`, endSeconds: end / 1000 };
}

const shut = ({ endSeconds }: { readonly endSeconds: number }): string =>
  `while [ "$(date +%s)" -le ${endSeconds} ]; do sleep 1; done`;

function fleet(rebootWindow: string, hooks: Record<string, unknown>): void {
  const ubuntu = { autoReboot: true, maxConcurrentReboots: 1, rebootWindow };
  const groups = { web: { hosts: ["lab-1", "lab-2"], osUpdates: { ubuntu }, hooks } };
  project = layFleetProject(lab, { inventory: { groups } });
}

const reboot = () => project.nixfleet("reboot", "--group", "web", "--yes", "--json", "--estimate", "20s", ...QUICK);
const bootIds = () => Promise.all(hosts.map(bootIdOf));

describe("a window that closes", () => {
  test("lets who has rebooted come to the end outside of it, holds who waits for a slot, and a later run takes that one up", async () => {
    const window = windowOf(1);
    fleet(window.text, { preReboot: [standIn("drain")], postReboot: [standIn("uncordon", shut(window))] });
    const before = await bootIds();
    const answer = await reboot();
    expect(answer.code, answer.stderr).toBe(75);
    const results = Object.values(resultsOf(answer)).sort();
    expect(results[0]).toBe("changed");
    expect(results[1]).toMatch(/^held reboot\/(budget|window)$/);
    expect(hookLog(project)).toHaveLength(2);
    expect((await bootIds()).filter((id, index) => id !== before[index])).toHaveLength(1);
    const slots = JSON.parse((await project.nixfleet("slots", "status", "--json")).stdout);
    expect(slots.groups[0].holders).toEqual([]);
    const open = windowOf(30).text;
    project.write("inventory/lab.yaml", project.read("inventory/lab.yaml").replace(window.text, open));
    const later = await reboot();
    expect(later.code, later.stderr).toBe(0);
    expect(Object.values(resultsOf(later)).sort()).toEqual(["changed", "unchanged"]);
    expect((await bootIds()).filter((id, index) => id !== before[index])).toHaveLength(2);
  });

  test("puts a host that is drained and not yet rebooted back into service, and frees its slot", async () => {
    const window = windowOf(1);
    fleet(window.text, { preReboot: [standIn("drain", shut(window))], postReboot: [standIn("uncordon")] });
    const before = await bootIds();
    const answer = await reboot();
    expect(answer.code, answer.stderr).toBe(75);
    expect(Object.values(resultsOf(answer)).every((result) => /^held reboot\/(budget|window)$/.test(result))).toBe(
      true,
    );
    expect(await bootIds()).toEqual(before);
    const log = hookLog(project).map((line) => line.split(" "));
    expect(log.map(([word]) => word)).toEqual(["drain", "uncordon"]);
    expect(log[0]?.[1]).toBe(log[1]?.[1]);
    const status = JSON.parse((await project.nixfleet("status", "--json")).stdout).hosts;
    expect(status.map(({ rebootDebt }: { rebootDebt: object | null }) => rebootDebt !== null)).toEqual([true, true]);
  });

  test("that no reboot fits into is refused when the plan is made", async () => {
    fleet(windowOf(1).text, {});
    const answer = await project.nixfleet("reboot", "--group", "web", "--yes", "--estimate", "30m");
    expect(answer.code).toBe(3);
    expect(answer.stderr).toContain(
      "error[rollout/window-too-short]: no reboot window is open long enough for lab-[1-2]",
    );
  });
});
