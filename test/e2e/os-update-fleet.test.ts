/** Updates and reboots of a fleet, by the commands that people type. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld, KERNEL_BEFORE, publish } from "../support/apt-archive.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { asksForReboot, bootIdOf, hookLog, QUICK, resultsOf, standIn } from "../support/os-fleet.ts";

let lab: TestLab;
let project: FleetProject;
let hosts: readonly HostUnderTest[];
const NAMES = ["lab-1", "lab-2"];

beforeAll(async () => {
  lab = await useLab({ hosts: 2, archive: true });
});
afterAll(() => publish(lab));

beforeEach(async () => {
  await lab.reset();
  hosts = await Promise.all(NAMES.map((name) => hostOf(lab, name)));
  await Promise.all(hosts.map((host) => installOld(host, "update-notifier-common=3.192")));
});
afterEach(() => project?.remove());

/** A fleet of both machines in the group `web`, with these settings for updates and hooks. */
function fleet(osUpdates: Record<string, unknown>, hooks: Record<string, unknown> = {}): void {
  const inventory = { groups: { web: { hosts: NAMES, osUpdates: { ubuntu: osUpdates }, hooks } } };
  project = layFleetProject(lab, { inventory });
}

const bootIds = (): Promise<string[]> => Promise.all(hosts.map(bootIdOf));

describe("security updates that need a reboot", () => {
  test("are planned, approved, carried out one reboot at a time with drained hosts, and leave nothing pending", async () => {
    fleet(
      { mode: "security-daily", autoReboot: true, maxConcurrentReboots: 1 },
      {
        preReboot: [standIn("drain"), { run: 'echo "$NIXFLEET_STAGE $NIXFLEET_REASON" >/root/hook' }],
        postReboot: [standIn("uncordon")],
      },
    );
    await Promise.all(hosts.map((host) => installOld(host, "nf-masked", "nf-plain", KERNEL_BEFORE)));
    await Promise.all(hosts.map((host) => host.sh("rm -f /run/reboot-required*")));
    const before = await bootIds();
    const planned = await project.nixfleet("os-update", "--group", "web", "--out", "os.json");
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stdout).toContain("nf-masked");
    expect(planned.stdout).toMatch(/budget 1 at once of web/);
    expect(await bootIds()).toEqual(before);
    // What appears between plan and apply is not installed.
    await publish(lab, [{ name: "nf-masked", version: "1.1.1", pockets: ["noble-security"] }]);
    const applied = await project.nixfleet("apply", "os.json", "--yes", "--json");
    expect(resultsOf(applied), applied.stderr).toEqual({ "lab-1": "changed", "lab-2": "changed" });
    for (const host of hosts) {
      expect(await host.sh(`dpkg-query -W -f '\${Version} ' linux-generic nf-masked nf-plain`)).toBe(
        "6.8.0-35.35 1.1 1.0 ",
      );
      expect(await host.sh("cat /root/hook")).toMatch(/^preReboot .*linux-image-6.8.0-35-generic asks for it/);
    }
    const after = await bootIds();
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    // Never is a second host drained while the first is out.
    const log = hookLog(project);
    expect(log.map((line) => line.split(" ")[0])).toEqual(["drain", "uncordon", "drain", "uncordon"]);
    expect(log[0]?.split(" ")[1]).toBe(log[1]?.split(" ")[1]);
    const slots = await project.nixfleet("slots", "status", "--json");
    expect(JSON.parse(slots.stdout).groups).toEqual([{ group: "web", total: 1, holders: [] }]);
    await publish(lab);
    const status = JSON.parse((await project.nixfleet("status", "--json")).stdout).hosts;
    expect(status.map((host: { osUpdates: object }) => host.osUpdates)).toEqual([
      { pending: 2, security: 0, held: 0 },
      { pending: 2, security: 0, held: 0 },
    ]);
    expect(status[0]).toMatchObject({
      rebootNeeded: { state: "no" },
      rebootDebt: null,
      lastOsUpdate: { ok: true, packages: 3 },
    });
  });

  test("of a canary are promoted: later hosts get its versions, not newer ones", async () => {
    fleet({ mode: "full-weekly" });
    await Promise.all(hosts.map((host) => installOld(host, "nf-plain", "nf-auto")));
    const canary = await project.nixfleet("os-update", "lab-1", "--yes", "--json");
    expect(resultsOf(canary), canary.stderr).toEqual({ "lab-1": "changed" });
    await publish(lab, [{ name: "nf-plain", version: "1.2", pockets: ["noble-updates"] }]);
    const rest = await project.nixfleet("os-update", "lab-2", "--promote", "last", "--yes", "--json");
    expect(resultsOf(rest), rest.stderr).toEqual({ "lab-2": "changed" });
    expect(await hosts[1]?.sh(`dpkg-query -W -f '\${Version} ' nf-auto nf-lib nf-plain`)).toBe("1.1 1.1 1.1 ");
    await publish(lab);
  });

  test("are part of an apply when the policy finds them due, and only once", async () => {
    fleet({ mode: "security-daily" });
    await Promise.all(hosts.map((host) => installOld(host, "nf-security", "nf-plain")));
    const plan = await project.nixfleet("plan");
    expect(plan.stdout, plan.stderr).toMatch(/nf-security/);
    const applied = await project.nixfleet("apply", "--yes", "--json");
    expect(resultsOf(applied), applied.stderr).toEqual({ "lab-1": "changed", "lab-2": "changed" });
    for (const host of hosts)
      expect(await host.sh(`dpkg-query -W -f '\${Version} ' nf-plain nf-security`)).toBe("1.0 1.1 ");
    await Promise.all(hosts.map((host) => installOld(host, "nf-reboot")));
    const again = await project.nixfleet("apply", "--yes", "--json");
    expect(resultsOf(again), again.stderr).toEqual({ "lab-1": "unchanged", "lab-2": "unchanged" });
    const later = await project.nixfleet("plan");
    expect(later.stdout).toMatch(/4 package updates pending on lab-\[1-2\], 2 of them security/);
  });
});

describe("a host that must not reboot now", () => {
  test("is held while its window is shut, and its debt is told", async () => {
    const day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][(new Date().getUTCDay() + 2) % 7];
    fleet({ autoReboot: true, rebootWindow: `${day} 02:00-04:00 UTC` });
    await Promise.all(hosts.map(asksForReboot));
    const before = await bootIds();
    const answer = await project.nixfleet("reboot", "--group", "web", "--yes", "--json");
    expect(resultsOf(answer)).toEqual({ "lab-1": "held reboot/window", "lab-2": "held reboot/window" });
    expect(answer.code).toBe(75);
    expect(await bootIds()).toEqual(before);
    const status = JSON.parse((await project.nixfleet("status", "--json")).stdout).hosts;
    expect(status[0]).toMatchObject({
      rebootNeeded: { state: "yes", reasons: ["nf-test asks for it"] },
      rebootDebt: { days: 0 },
    });
  });

  test("is left alone when it would perhaps not come up again, and put back into service", async () => {
    fleet({}, { preReboot: [standIn("drain")], postReboot: [standIn("uncordon")] });
    await installOld(hosts[0] as HostUnderTest, KERNEL_BEFORE);
    await hosts[0]?.sh("rm /boot/initrd.img-*");
    const before = await bootIds();
    const answer = await project.nixfleet("reboot", "lab-1", "--always", "--yes", "--json");
    expect(resultsOf(answer)).toEqual({ "lab-1": "failed reboot/not-bootable" });
    expect(await bootIds()).toEqual(before);
    expect(hookLog(project)).toEqual(["drain lab-1", "uncordon lab-1"]);
  });

  test("is not rebooted when a hook fails, and the way back is taken all the same", async () => {
    fleet({}, { preReboot: [standIn("drain"), { where: "local", run: "exit 3" }], postReboot: [standIn("uncordon")] });
    const before = await bootIds();
    const answer = await project.nixfleet("reboot", "lab-1", "--always", "--yes", "--json");
    expect(resultsOf(answer)).toEqual({ "lab-1": "failed reboot/hook" });
    expect(await bootIds()).toEqual(before);
    expect(hookLog(project)).toEqual(["drain lab-1", "uncordon lab-1"]);
  });

  test("has no slot when the store of slots cannot be asked", async () => {
    project = layFleetProject(lab, {
      inventory: {
        fleet: { signingKey: lab.signingKey, slots: "etcd:http://127.0.0.1:9" },
        groups: { web: { hosts: NAMES, osUpdates: { ubuntu: { maxConcurrentReboots: 1 } } } },
      },
    });
    const before = await bootIds();
    const answer = await project.nixfleet("reboot", "--group", "web", "--always", "--yes", "--json");
    expect(Object.values(resultsOf(answer))).toContain("failed reboot/store");
    expect(await bootIds()).toEqual(before);
  });
});

describe("a reboot that goes wrong", () => {
  const reboot = (...more: string[]) =>
    project.nixfleet("reboot", "lab-1", "--always", "--yes", "--json", ...QUICK, ...more);
  const holders = async (): Promise<string[]> =>
    JSON.parse((await project.nixfleet("slots", "status", "--json")).stdout).groups[0].holders;

  beforeEach(() => fleet({ maxConcurrentReboots: 1 }, { postReboot: [standIn("uncordon")] }));

  test("because the host does not go down is told, and keeps its slot until somebody frees it", async () => {
    await hosts[0]?.sh("systemctl mask --quiet reboot.target");
    expect(resultsOf(await reboot("--down-timeout", "6s"))).toEqual({ "lab-1": "failed reboot/stuck-shutdown" });
    expect(await holders()).toEqual(["lab-1"]);
    const other = await project.nixfleet("reboot", "lab-2", "--always", "--yes", "--json", "--slot-timeout", "3s");
    expect(resultsOf(other)).toEqual({ "lab-2": "held reboot/budget" });
    expect((await project.nixfleet("slots", "release", "web", "lab-1")).code).toBe(0);
    expect(await holders()).toEqual([]);
  });

  test("because the host does not come back is told, and keeps its slot", async () => {
    const off = "[Unit]\\nSuccessAction=poweroff-force\\n";
    await hosts[0]?.sh(
      `mkdir -p /etc/systemd/system/systemd-reboot.service.d; printf '${off}' >/etc/systemd/system/systemd-reboot.service.d/off.conf; systemctl daemon-reload`,
    );
    expect(resultsOf(await reboot("--up-timeout", "15s"))).toEqual({ "lab-1": "failed reboot/lost" });
    expect(await holders()).toEqual(["lab-1"]);
    await lab.power("lab-1", "on");
  });

  test("because another machine answers in its place is told at once", async () => {
    await hosts[0]?.sh(
      "rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key",
    );
    expect(Object.values(resultsOf(await reboot()))[0]).toMatch(/transport\/host-key/);
    expect(await holders()).toEqual(["lab-1"]);
  });

  test("because units fail afterwards is told, and the host stays out of service", async () => {
    const unit = "[Service]\\nType=oneshot\\nExecStart=/bin/false\\n[Install]\\nWantedBy=multi-user.target\\n";
    await hosts[0]?.sh(`printf '${unit}' >/etc/systemd/system/nf-bad.service; systemctl --quiet enable nf-bad`);
    const answer = await reboot();
    expect(resultsOf(answer)).toEqual({ "lab-1": "failed reboot/unhealthy" });
    expect(answer.stdout).toContain("nf-bad.service");
    expect(await holders()).toEqual(["lab-1"]);
    expect(hookLog(project)).toEqual([]);
  });

  test("because it changes nothing is not tried for ever", async () => {
    await hosts[0]?.sh(
      "printf 'f /run/reboot-required 0644 - - - x\\n' >/etc/tmpfiles.d/nf.conf; touch /run/reboot-required",
    );
    for (const code of ["unhealthy", "unhealthy", "refused"]) {
      await project.nixfleet("slots", "release", "web", "lab-1");
      expect(resultsOf(await reboot())).toEqual({ "lab-1": `failed reboot/${code}` });
    }
  });
});
