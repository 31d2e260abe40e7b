/** Services that still run the code of before an update, told by the real needrestart. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ArchivePackage } from "../../src/domain/lab/archive/package.ts";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld, publish } from "../support/apt-archive.ts";
import { installDebian } from "../support/debian-packages.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { resultsOf } from "../support/os-fleet.ts";

let lab: TestLab;
let host: HostUnderTest;
let project: FleetProject;

/** A daemon in Python, whose program is replaced by its update. */
const daemon = (version: string, pocket: ArchivePackage["pockets"][number]): ArchivePackage => ({
  name: "nf-daemon",
  version,
  pockets: [pocket],
  files: {
    "/usr/lib/nf-daemon.py": `import time\nwhile True: time.sleep(60) # ${version}\n`,
    "/usr/lib/systemd/system/nf-daemon.service": "[Service]\nExecStart=/usr/bin/python3 /usr/lib/nf-daemon.py\n",
  },
});

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true });
  await publish(lab, [daemon("1.0", "noble"), daemon("1.1", "noble-updates")]);
});
beforeEach(async () => {
  await lab.reset();
  host = await hostOf(lab, "lab-1");
  await installDebian(lab, host, "needrestart");
  project = layFleetProject(lab, { hosts: { "lab-1": { osUpdates: { ubuntu: { mode: "full-weekly" } } } } });
});
afterEach(() => project?.remove());
afterAll(() => publish(lab));

const invocation = (): Promise<string> => host.sh("systemctl show -P InvocationID nf-daemon.service");

async function oldCode(): Promise<string[]> {
  const status = await project.nixfleet("status", "lab-1", "--json");
  return JSON.parse(status.stdout).hosts[0].oldCode;
}

test("they are named by the update and by status until they are restarted, and restarted by nobody else", async () => {
  // Left to itself it would restart everything, the unit among them that the update runs in.
  await host.sh(`echo '$nrconf{restart} = "a";' >/etc/needrestart/conf.d/nf.conf`);
  await installOld(host, "nf-daemon", "nf-plain");
  await host.sh("systemctl daemon-reload; systemctl start nf-daemon");
  const before = await invocation();
  expect(await oldCode()).toEqual([]);

  const updated = await project.nixfleet("os-update", "lab-1", "--yes");
  expect(updated.code, updated.stderr).toBe(0);
  expect(`${updated.stdout}${updated.stderr}`).toContain("nf-daemon.service");
  expect(await oldCode()).toEqual(["nf-daemon.service"]);
  expect((await project.nixfleet("status", "lab-1")).stdout).toContain(
    "runs old code until it is restarted: nf-daemon.service",
  );
  // What dpkg noted for the next call of apt is gone: that restarts nothing either.
  expect(await host.sh("ls -A /run/needrestart")).toBe("");
  expect(await invocation()).toBe(before);

  await host.sh("systemctl restart nf-daemon");
  expect(await oldCode()).toEqual([]);
});

test("an update after which nothing runs old code names nobody", async () => {
  await installOld(host, "nf-plain");
  const updated = await project.nixfleet("os-update", "lab-1", "--yes", "--json");
  expect(resultsOf(updated), updated.stderr).toEqual({ "lab-1": "changed" });
  expect(await oldCode()).toEqual([]);
});
