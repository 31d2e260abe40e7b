/** The distribution's own unattended-upgrades by the inventory's policy, and what status says of its runs. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ArchivePackage } from "../../src/domain/lab/archive/package.ts";
import type { StatusHost } from "../../src/domain/status/status.ts";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { slowScriptRuns, versionOn } from "../support/apt/updating.ts";
import { installOld, publish } from "../support/apt-archive.ts";
import { installDebian } from "../support/debian-packages.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { bootIdOf } from "../support/os-fleet.ts";

let lab: TestLab;
let host: HostUnderTest;
let project: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true });
});
beforeEach(async () => {
  await lab.reset();
  host = await hostOf(lab, "lab-1");
  await installDebian(lab, host, "unattended-upgrades");
  const osUpdates = { ubuntu: { mode: "security-daily", holds: ["nf-mask*"] } };
  project = layFleetProject(lab, { hosts: { "lab-1": { roles: ["os-updates-ubuntu"], osUpdates } } });
  const applied = await project.nixfleet("apply", "lab-1", "--no-os-updates", "--yes");
  expect(applied.code, applied.stderr).toBe(0);
});
afterEach(() => project?.remove());
afterAll(() => publish(lab));

const START = "rm -f /var/lib/apt/periodic/upgrade-stamp; systemctl start apt-daily-upgrade.service";

/** Its daily run, as the timer would start it. */
const runNow = (): Promise<string> => host.sh(`apt-get update -qq; ${START}`);

/** A newer version among the security updates, and the one that is there with an ordinary update. */
const fix = (name: string, more: Partial<ArchivePackage> = {}): ArchivePackage => ({
  name,
  version: "1.2",
  pockets: ["noble-security"],
  ...more,
});

async function status(): Promise<StatusHost> {
  const answer = await project.nixfleet("status", "lab-1", "--json");
  return JSON.parse(answer.stdout).hosts[0];
}
const printedStatus = async (): Promise<string> => (await project.nixfleet("status", "lab-1")).stdout;

test("it installs security updates and nothing else, leaves what is held, and reboots nobody", async () => {
  await installOld(host, "nf-plain", "nf-security", "nf-masked", "nf-reboot");
  const before = await bootIdOf(host);
  await runNow();
  const versions = await host.sh(
    `dpkg-query -W -f '\${Package} \${Version}\n' nf-masked nf-plain nf-reboot nf-security`,
  );
  expect(versions.split("\n")).toEqual(["nf-masked 1.0", "nf-plain 1.0", "nf-reboot 1.1", "nf-security 1.1"]);
  expect(await status()).toMatchObject({
    unattended: { outcome: "ok", scheduled: true, timer: "enabled", keptBack: ["nf-masked"], trouble: [] },
    rebootNeeded: { state: "yes", reasons: ["nf-reboot asks for it"] },
    osUpdates: { security: 1 },
  });
  expect(await bootIdOf(host)).toBe(before);
});

describe("a run that did not go well", () => {
  test("is told as failed with its reasons, though its unit says that it went well", async () => {
    await publish(lab, [fix("nf-failing", { postinst: "[ -e /run/nf-mended ]\n" })]);
    await installOld(host, "nf-failing");
    await runNow();
    expect(await host.sh("systemctl show -P Result apt-daily-upgrade.service")).toBe("success");
    expect((await status()).unattended).toMatchObject({ outcome: "failed" });
    const printed = await printedStatus();
    expect(printed).toContain("the last run of unattended-upgrades failed");
    expect(printed).toContain("unattended-upgrades: dpkg returned a error!");
  });

  test("because of a configuration file that somebody edited is told with the package, also when it fails no more", async () => {
    const conffile = "/etc/nf-conffile.conf";
    await publish(lab, [fix("nf-conffile", { files: { [conffile]: "level = 2\n" }, conffiles: [conffile] })]);
    await installOld(host, "nf-conffile");
    await host.sh(`echo 'level = 9' >${conffile}`);
    for (const round of ["first", "second"]) {
      await runNow();
      expect(await versionOn(host, "nf-conffile"), round).toBe("1.0 ii ");
      expect(await printedStatus(), round).toContain("Package nf-conffile has conffile prompt");
    }
  });

  test("because it was killed is told as cut short", async () => {
    await publish(lab, [fix("nf-slow", { postinst: "while [ ! -e /run/nf-go ]; do sleep 0.1; done\n" })]);
    await installOld(host, "nf-slow");
    await host.sh(`apt-get update -qq; ${START} --no-block`);
    await slowScriptRuns(host);
    expect((await status()).unattended).toMatchObject({ outcome: "running" });
    await host.sh("systemctl kill --signal=KILL apt-daily-upgrade.service");
    await expect
      .poll(async () => (await status()).unattended, { timeout: 60_000 })
      .toMatchObject({ outcome: "cut-short" });
    expect(await printedStatus()).toContain("the last run of unattended-upgrades was cut short");
  });
});

describe("a timer that runs it no more", () => {
  const timer = async (): Promise<string | undefined> => (await status()).unattended?.timer;

  test("is told at the next look, though nothing else moved", async () => {
    await runNow();
    expect(await timer()).toBe("enabled");
    for (const [command, becomes] of [
      ["disable", "disabled"],
      ["mask", "masked"],
    ] as const) {
      await host.sh(`systemctl --quiet ${command} apt-daily-upgrade.timer`);
      expect(await timer()).toBe(becomes);
    }
    expect(await printedStatus()).toContain("unattended-upgrades is wanted and never runs");
  });

  test("because it was only stopped is told once the host's packages are looked at again", async () => {
    await host.sh("systemctl stop apt-daily-upgrade.timer; apt-get update -qq");
    expect(await timer()).toBe("stopped");
  });
});
