/** unattended-upgrades by the inventory's policy on Debian, whose archives are told by codename and label. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld } from "../support/apt-archive.ts";
import { installDebian } from "../support/debian-packages.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let host: HostUnderTest;
let project: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true, shape: ["debian"] });
  host = await hostOf(lab, "lab-1");
  await installDebian(lab, host, "unattended-upgrades");
  const osUpdates = { ubuntu: { mode: "security-daily" } };
  project = layFleetProject(lab, { hosts: { "lab-1": { roles: ["os-updates-ubuntu"], osUpdates } } });
});
afterAll(() => project?.remove());

test("it installs from Debian's security archive, and no point release", async () => {
  const applied = await project.nixfleet("apply", "lab-1", "--no-os-updates", "--yes");
  expect(applied.code, applied.stderr).toBe(0);
  await installOld(host, "nf-plain", "nf-security");
  await host.sh("rm -f /var/lib/apt/periodic/upgrade-stamp; systemctl start apt-daily-upgrade.service");
  expect(await host.sh("dpkg-query -W -f '${Package} ${Version};' nf-plain nf-security")).toBe(
    "nf-plain 1.0;nf-security 1.1;",
  );
  const status = JSON.parse((await project.nixfleet("status", "lab-1", "--json")).stdout).hosts[0];
  expect(status.unattended).toMatchObject({ outcome: "ok", timer: "enabled", trouble: [] });
});
