/** Packages go forward only: a strategy that puts hosts back claims nothing that is not so. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { versionOn } from "../support/apt/updating.ts";
import { installOld } from "../support/apt-archive.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { resultsOf } from "../support/os-fleet.ts";

let lab: TestLab;
let project: FleetProject;
let hosts: readonly HostUnderTest[];
const ALL_BACK = ["--canary", "lab-1", "--on-failure", "rollback-all"];

beforeAll(async () => {
  lab = await useLab({ hosts: 2, archive: true });
  await lab.reset();
  hosts = await Promise.all(["lab-1", "lab-2"].map((name) => hostOf(lab, name)));
  await Promise.all(hosts.map((host) => installOld(host, "nf-plain")));
  await installOld(hosts[1] as HostUnderTest, "nf-failing");
  const osUpdates = { ubuntu: { mode: "full-weekly" } };
  project = layFleetProject(lab, { hosts: { "lab-1": { osUpdates }, "lab-2": { osUpdates } } });
});
afterAll(() => project?.remove());

test("the plan says that hosts stay as they are, and hosts that went well are not told to be back", async () => {
  const planned = await project.nixfleet("os-update", "--group", "all", "--check", ...ALL_BACK);
  expect(planned.stdout, planned.stderr).toContain("failed hosts stay as they are");
  const updated = await project.nixfleet("os-update", "--group", "all", "--yes", "--json", ...ALL_BACK);
  expect(resultsOf(updated), updated.stderr).toEqual({ "lab-1": "changed", "lab-2": "failed os/update-failed" });
  expect(updated.stdout).toContain("os/forward-only");
  expect(await versionOn(hosts[0] as HostUnderTest, "nf-plain")).toBe("1.1 ii ");
});
