/** Ubuntu with GRUB_DEFAULT=saved: a new kernel is started once, and becomes the default on a healthy host only. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld, KERNEL_BEFORE } from "../support/apt-archive.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { grubVariable, installGrub } from "../support/grub.ts";
import { bootsByGrub, writeMenu } from "../support/grub-boot.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { QUICK, resultsOf } from "../support/os-fleet.ts";

const OLD = "6.8.0-31-generic";
const NEW = "6.8.0-35-generic";
const entry = (kernel: string) => `gnulinux-advanced-aa>gnulinux-${kernel}-advanced-aa`;

let lab: TestLab;
let host: HostUnderTest;
let project: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true });
  host = await hostOf(lab, "lab-1");
  await installOld(host, KERNEL_BEFORE);
  await installGrub(host);
  await bootsByGrub(host, OLD);
  await host.sh(`apt-get install -y -qq linux-generic >/dev/null`);
  await writeMenu(host, [OLD, NEW]);
  project = layFleetProject(lab);
});
afterAll(() => project?.remove());

const reboot = (...words: string[]) => project.nixfleet("reboot", "lab-1", ...QUICK, ...words);
const standing = async () => ({
  runs: await host.sh("cat /proc/sys/kernel/osrelease"),
  saved: await grubVariable(host, "saved_entry"),
  once: await grubVariable(host, "next_entry"),
});

describe("a new kernel of Ubuntu", () => {
  test("that does not come up is gone with the next power cycle, and the run tells so", async () => {
    await host.sh(`cp /boot/vmlinuz-${NEW} /root/good; echo panics >>/boot/vmlinuz-${NEW}`);
    const answer = await reboot("--yes", "--json");
    expect(resultsOf(answer)).toEqual({ "lab-1": "failed reboot/unhealthy" });
    expect(answer.stdout).toContain("what one boot was to try did not come up");
    expect(await standing()).toEqual({ runs: OLD, saved: entry(OLD), once: "" });
    await host.sh(`cp /root/good /boot/vmlinuz-${NEW}`);
  });

  test("is tried by one boot, as the plan says, and becomes the default once the host is well", async () => {
    await host.sh(`echo linux-image-${NEW} >/run/reboot-required.pkgs; touch /run/reboot-required`);
    const plan = await reboot("--check");
    expect(plan.stdout.replace(/\s+/g, " ")).toContain(
      "one boot tries the new kernel, and a healthy host makes it the default",
    );
    const answer = await reboot("--yes", "--json");
    expect(resultsOf(answer), answer.stdout).toEqual({ "lab-1": "changed" });
    expect(await standing()).toEqual({ runs: NEW, saved: entry(NEW), once: "" });
  });

  test("is said to be the default at once where GRUB starts the newest by itself", async () => {
    await writeMenu(host, [OLD, NEW], false);
    await host.sh(`echo linux-image-${NEW} >/run/reboot-required.pkgs; touch /run/reboot-required`);
    const plan = await reboot("--check");
    expect(plan.stdout.replace(/\s+/g, " ")).toContain(
      "the new kernel is not tried by one boot first: the newest kernel is its default at once, without GRUB_DEFAULT=saved",
    );
  });
});
