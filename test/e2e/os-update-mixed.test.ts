/** Security updates over an Ubuntu, a Debian and a NixOS host, canary first, with one reboot at a time. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld, KERNEL_BEFORE, publish } from "../support/apt-archive.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { bootIdOf, hookLog, QUICK, resultsOf, standIn } from "../support/os-fleet.ts";

let lab: TestLab;
let project: FleetProject;
let nixos: HostUnderTest;
let ubuntu: HostUnderTest;
let debian: HostUnderTest;

const budget = { autoReboot: true, maxConcurrentReboots: 1 };

beforeAll(async () => {
  lab = await useLab({ hosts: 3, archive: true, shape: ["lab-1=nixos", "lab-3=debian"] });
  project = layFleetProject(lab, {
    inventory: {
      groups: {
        fleet: {
          hosts: ["lab-*"],
          osUpdates: { ubuntu: { mode: "security-daily", ...budget }, nixos: { autoSwitch: true, ...budget } },
          hooks: { preReboot: [standIn("drain")], postReboot: [standIn("uncordon")] },
        },
      },
      rollouts: { canary: { canary: ["lab-3"], stages: [1, "100%"] } },
    },
  });
  [nixos, ubuntu, debian] = (await Promise.all(["lab-1", "lab-2", "lab-3"].map((name) => hostOf(lab, name)))) as [
    HostUnderTest,
    HostUnderTest,
    HostUnderTest,
  ];
  await installOld(ubuntu, "update-notifier-common=3.192", "nf-plain", "nf-masked", KERNEL_BEFORE);
  await installOld(debian, "update-notifier-common=3.192", "nf-plain", "nf-security", "nf-reboot");
  for (const host of [ubuntu, debian]) await host.sh("rm -f /run/reboot-required*");
});
afterAll(async () => {
  project?.remove();
  await publish(lab);
});

const update = (...words: string[]) =>
  project.nixfleet("os-update", "--group", "fleet", "--strategy", "canary", "--yes", "--json", ...QUICK, ...words);
const bootIds = () => Promise.all([nixos, ubuntu, debian].map(bootIdOf));
const status = async () =>
  JSON.parse((await project.nixfleet("status", "--json")).stdout).hosts.map(
    ({ name, osUpdates, rebootNeeded, rebootDebt, lastOsUpdate }: Record<string, Record<string, unknown>>) => ({
      name,
      osUpdates,
      reboot: rebootNeeded?.state,
      debt: rebootDebt !== null,
      last: lastOsUpdate?.ok ?? null,
    }),
  );

describe("a canary whose update fails", () => {
  test("keeps everybody else from it: nothing is drained, nothing reboots, and status tells what is pending", async () => {
    const broken = {
      name: "nf-security",
      version: "1.2",
      pockets: ["trixie-security"],
      postinst: "[ -e /run/nf-mended ]\n",
    };
    await publish(lab, [{ ...broken, pockets: ["trixie-security"] }]);
    const before = await bootIds();
    const answer = await update();
    expect(answer.code, answer.stderr).toBe(6);
    expect(resultsOf(answer)).toMatchObject({
      "lab-1": expect.stringContaining("not_started"),
      "lab-2": expect.stringContaining("not_started"),
      "lab-3": "failed os/update-failed",
    });
    expect(hookLog(project)).toEqual([]);
    expect(await bootIds()).toEqual(before);
    expect(await status()).toEqual([
      { name: "lab-1", osUpdates: null, reboot: "no", debt: false, last: null },
      { name: "lab-2", osUpdates: { pending: 4, security: 3, held: 0 }, reboot: "no", debt: false, last: null },
      expect.objectContaining({ name: "lab-3", last: false }),
    ]);
  });
});

describe("once the canary is mended", () => {
  test("all are updated to what the plan says, and reboot one after the other, drained and put back each", async () => {
    await debian.sh("touch /run/nf-mended");
    const before = await bootIds();
    const answer = await update("--repair", "configure");
    expect(answer.code, answer.stdout).toBe(0);
    expect(resultsOf(answer)).toEqual({ "lab-1": "changed", "lab-2": "changed", "lab-3": "changed" });
    const log = hookLog(project).map((line) => line.split(" "));
    expect(log.map(([word]) => word)).toEqual(["drain", "uncordon", "drain", "uncordon", "drain", "uncordon"]);
    // Who is drained is put back before the next one is, and the canary goes first.
    expect(log.filter(([word]) => word === "drain").map(([, host]) => host)).toEqual(
      log.filter(([word]) => word === "uncordon").map(([, host]) => host),
    );
    expect(log[0]?.[1]).toBe("lab-3");
    const after = await bootIds();
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    expect(await nixos.sh("cat /run/booted-system/kernel")).toBe("kernel 6.12.41");
    expect(await ubuntu.sh(`dpkg-query -W -f '\${Version} ' linux-generic nf-masked nf-plain`)).toBe(
      "6.8.0-35.35 1.1 1.0 ",
    );
    // A point release is no security update.
    expect(await debian.sh(`dpkg-query -W -f '\${Version} ' nf-plain nf-reboot nf-security`)).toBe("1.0 1.1 1.2 ");
  });

  test("status tells what the selection left, and no debt; another run finds nothing to do", async () => {
    expect(await status()).toEqual([
      { name: "lab-1", osUpdates: null, reboot: "no", debt: false, last: null },
      { name: "lab-2", osUpdates: { pending: 2, security: 0, held: 0 }, reboot: "no", debt: false, last: true },
      { name: "lab-3", osUpdates: { pending: 1, security: 0, held: 0 }, reboot: "no", debt: false, last: true },
    ]);
    const slots = await project.nixfleet("slots", "status", "--json");
    expect(JSON.parse(slots.stdout).groups).toEqual([{ group: "fleet", total: 1, holders: [] }]);
    const again = await update();
    expect(Object.values(resultsOf(again))).toEqual(["unchanged", "unchanged", "unchanged"]);
  });

  test("a reboot that a package asks for later is a debt, which status ages and reboot pays", async () => {
    await ubuntu.sh("echo nf-test >/run/reboot-required.pkgs; touch -d '3 days ago' /run/reboot-required");
    const host = JSON.parse((await project.nixfleet("status", "--host", "lab-2", "--json")).stdout).hosts[0];
    expect(host).toMatchObject({ rebootNeeded: { state: "yes", reasons: ["nf-test asks for it"] } });
    expect(host.rebootDebt.days).toBeGreaterThanOrEqual(3);
    const answer = await project.nixfleet("reboot", "--group", "fleet", "--yes", "--json", ...QUICK);
    expect(resultsOf(answer), answer.stderr).toEqual({
      "lab-1": "unchanged",
      "lab-2": "changed",
      "lab-3": "unchanged",
    });
  });
});

describe("an archive that moved after the plan was approved", () => {
  test("is drift: nothing is changed, and the exit code is 7", async () => {
    await installOld(ubuntu, "nf-security");
    const planned = await project.nixfleet("os-update", "lab-2", "--out", "os.json");
    expect(planned.code, planned.stderr).toBe(0);
    const later = { name: "nf-security", version: "1.3", pockets: ["noble-security"] } as const;
    await publish(lab, [later], ({ name, version }) => name === "nf-security" && version === "1.1");
    const applied = await project.nixfleet("apply", "os.json", "--yes", "--json");
    expect(applied.code).toBe(7);
    expect(resultsOf(applied)).toEqual({ "lab-2": "stale os/manifest-missing" });
    expect(await ubuntu.sh(`dpkg-query -W -f '\${Version}' nf-security`)).toBe("1.0");
  });
});
