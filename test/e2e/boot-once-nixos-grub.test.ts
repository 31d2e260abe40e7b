/** NixOS with GRUB: a new kernel is started once by GRUB's environment, and becomes the default on a healthy host only. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { bootsFrom, grubVariable, installGrub } from "../support/grub.ts";
import type { TestLab } from "../support/lab.ts";
import { bootDefault, nixosMachine, publishKernel } from "../support/nixos-systems.ts";

let lab: TestLab;
let host: HostUnderTest;
let project: FleetProject;

beforeAll(async () => {
  ({ lab, host } = await nixosMachine());
  await installGrub(host);
  await host.sh("rm -rf /boot/loader; /run/current-system/install-bootloader $(readlink -f /run/current-system)");
  const nixos = { autoSwitch: true, autoReboot: true };
  project = layFleetProject(lab, { hosts: { "lab-1": { osUpdates: { nixos } } } });
});
afterAll(() => project?.remove());

const update = (...words: string[]) =>
  project.nixfleet("os-update", "lab-1", "--update-input", "nixpkgs", "--soak-after", "1s", ...words);
const standing = async () => {
  const { live, committed, booted } = await host.facts();
  return { live, committed, booted, boots: await bootDefault(host), once: await grubVariable(host, "next_entry") };
};

describe("a new kernel below GRUB", () => {
  test("is tried by one boot, and becomes the default once the host is well", async () => {
    publishKernel(project, "6.12.50");
    const before = await standing();
    const updated = await update("--yes");
    expect(updated.code, updated.stderr).toBe(0);
    expect(updated.stdout + updated.stderr).toContain("one boot tries the new system");
    const after = await standing();
    expect(after.live).not.toBe(before.live);
    expect(after).toEqual({ live: after.live, committed: after.live, booted: after.live, boots: after.live, once: "" });
    expect(await host.sh(`cat ${after.booted}/kernel`)).toBe("kernel 6.12.50");
  });

  test("that does not come up is gone with the next power cycle", async () => {
    publishKernel(project, "6.12.60", " panics");
    const before = await standing();
    const run = project.start([
      ...["os-update", "lab-1", "--update-input", "nixpkgs", "--yes", "--json", "--up-timeout", "5m"],
    ]);
    const log = join(lab.folder, "machines/lab-1/output.log");
    await expect.poll(() => readFileSync(log, "utf8"), { timeout: 120_000 }).toContain("Kernel panic");
    await lab.power("lab-1", "off");
    await lab.power("lab-1", "on");
    const { exitCode, stdout } = await run;
    expect(exitCode).toBe(5);
    expect(stdout).toContain("what one boot was to try did not come up");
    expect(await standing()).toEqual(before);
    // Its slots and its place out of service are given up once somebody looked and found it well as it is.
    const proven = await project.nixfleet("reboot", "lab-1", "--yes", "--soak-after", "1s");
    expect(proven.code, proven.stderr).toBe(0);
    expect((await host.facts()).osUpdates?.openReboot).toBeNull();
    expect(await standing()).toEqual(before);
  });

  test("is the default before the reboot where GRUB could not end the trial, and the plan says so", async () => {
    publishKernel(project, "6.12.70");
    await bootsFrom(host, "btrfs");
    const planned = await update("--check");
    expect(planned.stdout.replace(/\s+/g, " ")).toContain(
      "the new system becomes the default before the reboot, since no boot can try it: GRUB cannot write below /boot/grub: btrfs",
    );
    const updated = await update("--yes");
    expect(updated.code, updated.stderr).toBe(0);
    const after = await standing();
    expect(after).toEqual({ live: after.live, committed: after.live, booted: after.live, boots: after.live, once: "" });
    expect(await host.sh(`cat ${after.booted}/kernel`)).toBe("kernel 6.12.70");
  });
});
