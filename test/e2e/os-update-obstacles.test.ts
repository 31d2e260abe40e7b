/** What forbids an update before anything is touched, found on real machines. */
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { updateObstacle } from "../../src/domain/os-update/obstacles.ts";
import { updateNotes } from "../../src/domain/os-update/update-notes.ts";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { updatesOf } from "../support/apt/updating.ts";
import { installOld, KERNEL_BEFORE } from "../support/apt-archive.ts";
import { type TestLab, useLab } from "../support/lab.ts";

let lab: TestLab;
let host: HostUnderTest;

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true });
});

beforeEach(async () => {
  await lab.reset();
  host = await hostOf(lab, "lab-1");
});

const policy = {
  selection: "security",
  holds: [],
  pins: {},
  staleIndexes: "fail",
  repair: "never",
  phasing: "always",
  reboot: "never",
  maxManifestAgeMs: 1,
  removeOldKernels: false,
} as const;

const obstacle = async (): Promise<string | undefined> => updateObstacle(await updatesOf(host), policy)?.what;

describe("an update is forbidden before anything is touched", () => {
  test("by a boot partition that is nearly full, but only where a kernel is among the updates", async () => {
    await installOld(host, KERNEL_BEFORE, "nf-security");
    await host.sh("mkdir -p /boot && mount -t tmpfs -o size=16m tmpfs /boot");
    expect(await obstacle()).toBe("too little space on /boot");
    await host.sh("apt-mark hold linux-generic");
    expect(await obstacle()).toBeUndefined();
  });

  test("by a file system that has room, and no inodes", async () => {
    await installOld(host, "nf-security");
    // As many as are in use, and a few more for what is written meanwhile.
    await host.sh(`used=$(($(find /var -xdev | wc -l) + 200))
      mount -t tmpfs -o size=1g,nr_inodes=$used tmpfs /mnt && cp -a /var/. /mnt/ && mount --bind /mnt /var`);
    expect(await obstacle()).toBe("too few inodes on /var");
  });

  test("by a shutdown that somebody has scheduled", async () => {
    await installOld(host, "nf-security");
    await host.sh("shutdown -r +600");
    expect(await obstacle()).toBe("somebody has scheduled a shutdown of the host");
    await host.sh("shutdown -c");
    expect(await obstacle()).toBeUndefined();
  });

  test("not by somebody who inhibits reboots, who is only named", async () => {
    await installOld(host, "nf-security");
    await host.sh(
      "systemd-run --quiet --unit=nf-busy systemd-inhibit --what=shutdown --who=nf-backup --why=busy sleep infinity",
    );
    await expect.poll(() => host.sh("systemd-inhibit --list --no-legend"), { timeout: 20_000 }).toContain("nf-backup");
    const seen = await updatesOf(host);
    expect(updateObstacle(seen, policy)).toBeUndefined();
    expect(updateNotes(seen)).toEqual(["a reboot is inhibited right now by nf-backup"]);
  });
});
