/** What is waited for with --wait: a reboot window, and the approval of a stage. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld } from "../support/apt-archive.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { asksForReboot, bootIdOf, QUICK, resultsOf } from "../support/os-fleet.ts";

let lab: TestLab;
let project: FleetProject;
let hosts: readonly HostUnderTest[];
const NAMES = ["lab-1", "lab-2"];

beforeAll(async () => {
  lab = await useLab({ hosts: 2, archive: true });
});
beforeEach(async () => {
  await lab.reset();
  hosts = await Promise.all(NAMES.map((name) => hostOf(lab, name)));
});
afterEach(() => project?.remove());

const hostOne = (): HostUnderTest => hosts[0] as HostUnderTest;

/** An hour that begins with the minute after next, so that it is shut for a while yet. */
function soon(): string {
  const minute = 60_000;
  const opens = (Math.floor(Date.now() / minute) + 2) * minute;
  const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);
  return `* ${clock(opens)}-${clock(opens + 60 * minute)} UTC`;
}

describe("a reboot window that is shut", () => {
  beforeEach(async () => {
    await asksForReboot(hostOne());
    const osUpdates = { ubuntu: { rebootWindow: soon() } };
    project = layFleetProject(lab, { hosts: { "lab-1": { osUpdates } } });
  });

  test("is waited for as long as --wait says, and then the host reboots", async () => {
    const before = await bootIdOf(hostOne());
    const waiting = await project.nixfleet("reboot", "lab-1", "--yes", "--json", "--wait", "10m", ...QUICK);
    expect(resultsOf(waiting), waiting.stderr).toEqual({ "lab-1": "changed" });
    expect(waiting.stdout).toMatch(/waiting for the reboot window, which opens [0-9-]+T[0-9:]+Z/);
    expect(await bootIdOf(hostOne())).not.toBe(before);
  });

  test("that opens later than that is not waited for at all", async () => {
    const before = await bootIdOf(hostOne());
    const held = await project.nixfleet("reboot", "lab-1", "--yes", "--json", "--wait", "1s", ...QUICK);
    expect(resultsOf(held), held.stderr).toEqual({ "lab-1": "held reboot/window" });
    expect(held.code).toBe(75);
    expect(await bootIdOf(hostOne())).toBe(before);
  });
});

test("a stage that wants an approval pauses an update, and goes on with the canary's versions once it has it", async () => {
  project = layFleetProject(lab, {
    inventory: {
      groups: { web: { hosts: NAMES, osUpdates: { ubuntu: { mode: "full-weekly" } } } },
      rollouts: { careful: { canary: ["lab-1"], stages: ["100%"], approval: "after-canary" } },
    },
  });
  await Promise.all(hosts.map((host) => installOld(host, "nf-plain")));
  const versions = (): Promise<string[]> =>
    Promise.all(hosts.map((host) => host.sh("dpkg-query -W -f '${Version}' nf-plain")));
  const paused = await project.nixfleet("os-update", "--group", "web", "--strategy", "careful", "--yes", "--json");
  expect(resultsOf(paused), paused.stderr).toEqual({
    "lab-1": "changed",
    "lab-2": "held rollout/waits-for-approval",
  });
  expect(paused.code).toBe(75);
  expect(await versions()).toEqual(["1.1", "1.0"]);
  const resumed = await project.nixfleet("runs", "resume", "--approve", "--json");
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(await versions()).toEqual(["1.1", "1.1"]);
});
