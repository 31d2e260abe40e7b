/** One reboot budget, drawn from by several: two controllers, hosts that are down already, a store that goes away. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { hasEtcd, startEtcd } from "../support/etcd.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { asksForReboot, bootIdOf, hookLog, QUICK, resultsOf, standIn, untilFile } from "../support/os-fleet.ts";

const NAMES = ["lab-1", "lab-2"];
let lab: TestLab;
let project: FleetProject;
let hosts: readonly HostUnderTest[];

beforeAll(async () => {
  lab = await useLab({ hosts: 2, archive: true });
});
beforeEach(async () => {
  await lab.reset();
  hosts = await Promise.all(NAMES.map((name) => hostOf(lab, name)));
});
afterEach(() => project?.remove());

const bootIds = () => Promise.all(hosts.map(bootIdOf));
const reboot = (...words: string[]) => ["reboot", ...words, "--always", "--yes", "--json", ...QUICK];

function fleet(hooks: Record<string, unknown>, slots?: string): void {
  const ubuntu = { maxConcurrentReboots: 1 };
  const settings = slots === undefined ? {} : { fleet: { signingKey: lab.signingKey, slots } };
  project = layFleetProject(lab, {
    inventory: {
      ...settings,
      groups: {
        fleet: { children: ["web", "db"], osUpdates: { ubuntu }, hooks },
        web: { hosts: ["lab-1"] },
        db: { hosts: ["lab-2"] },
      },
    },
  });
}

test("two controllers at work on groups of their own never have more hosts out than the budget of both allows", async () => {
  fleet({ preReboot: [standIn("drain")], postReboot: [standIn("uncordon")] });
  const answers = await Promise.all(["web", "db"].map((group) => project.nixfleet(...reboot("--group", group))));
  expect(answers.map(({ code }) => code)).toEqual([0, 0]);
  const log = hookLog(project).map((line) => line.split(" "));
  expect(log.map(([word]) => word)).toEqual(["drain", "uncordon", "drain", "uncordon"]);
  expect(log[0]?.[1]).toBe(log[1]?.[1]);
});

test("whose reboot is owed longest gets the slot first, and the plan says so", async () => {
  fleet({ preReboot: [standIn("drain")] });
  await Promise.all(hosts.map(asksForReboot));
  await hosts[1]?.sh("touch -d '3 days ago' /run/reboot-required");
  const plan = await project.nixfleet("reboot", "--group", "fleet", "--check");
  expect(plan.stdout).toContain("reboots owed longest go first: lab-2, lab-1");
  const answer = await project.nixfleet("reboot", "--group", "fleet", "--yes", "--json", ...QUICK);
  expect(answer.code, answer.stderr).toBe(0);
  expect(hookLog(project)).toEqual(["drain lab-2", "drain lab-1"]);
});

test("a host that is down already uses the budget up, and is named", async () => {
  fleet({ preReboot: [standIn("drain")] });
  await lab.power("lab-2", "off");
  const before = await bootIdOf(hosts[0] as HostUnderTest);
  const plan = await project.nixfleet("reboot", "lab-1", "--always", "--check");
  expect(plan.stdout).toContain("budget 1 at once of fleet, less lab-2, out of service already");
  const answer = await project.nixfleet(...reboot("lab-1"), "--slot-timeout", "3s");
  expect(resultsOf(answer)).toEqual({ "lab-1": "held reboot/budget" });
  expect(answer.code).toBe(75);
  expect(answer.stdout).toContain("out of service before the run began: lab-2");
  expect(hookLog(project)).toEqual([]);
  expect(await bootIdOf(hosts[0] as HostUnderTest)).toBe(before);
  await lab.power("lab-2", "on");
});

describe.runIf(hasEtcd)("a store that goes away", () => {
  test("holds nobody up who has rebooted, and lets no further reboot begin", async () => {
    const etcd = await startEtcd();
    try {
      fleet({ postReboot: [standIn("uncordon", untilFile("etcd-is-gone"))] }, `etcd:${etcd.endpoint}`);
      const before = await bootIds();
      const run = project.nixfleet(...reboot("--group", "fleet"));
      await expect.poll(() => hookLog(project), { timeout: 120_000 }).toHaveLength(1);
      await etcd.stop();
      project.write("etcd-is-gone", "");
      const answer = await run;
      expect(Object.values(resultsOf(answer)).sort(), answer.stderr).toEqual(["changed", "failed reboot/store"]);
      expect(answer.stdout).toContain("the host is well, but its slot of the reboot budget could not be given back");
      expect((await bootIds()).filter((id, index) => id !== before[index])).toHaveLength(1);
    } finally {
      await etcd.stop();
    }
  });
});
