/** A reboot that would disturb somebody: programs are waited for up to a limit, people for as long as the policy gives them. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { bootIdOf, hookLog, QUICK, resultsOf, standIn } from "../support/os-fleet.ts";

let lab: TestLab;
let host: HostUnderTest;
let project: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  host = await hostOf(lab, "lab-1");
  const ubuntu = { waitForUsers: "3s" };
  project = layFleetProject(lab, {
    hosts: { "lab-1": { osUpdates: { ubuntu }, hooks: { preReboot: [standIn("drain")] } } },
  });
});
afterAll(() => project?.remove());

const words = (...more: string[]) => ["reboot", "lab-1", "--always", "--yes", "--json", ...QUICK, ...more];
const inhibit = () =>
  host.sh(`systemd-run --quiet --unit=nf-backup systemd-inhibit --mode=block --what=shutdown --who=nf-backup sleep infinity
until systemd-inhibit --list --no-legend | grep -q nf-backup; do sleep 0.1; done`);

describe("a program that inhibits a reboot", () => {
  test("holds the host up for the limit, then the host rests in service and is named", async () => {
    await inhibit();
    const before = await bootIdOf(host);
    const answer = await project.nixfleet(...words("--busy-timeout", "1s"));
    expect([answer.code, resultsOf(answer)]).toEqual([75, { "lab-1": "held reboot/busy" }]);
    expect(answer.stdout).toContain("an inhibitor (nf-backup)");
    expect(await bootIdOf(host)).toBe(before);
    expect(hookLog(project)).toEqual([]);
  });

  test("is waited for, and the host reboots once it is done", async () => {
    const before = await bootIdOf(host);
    const run = project.start(words());
    let said = "";
    run.stdout?.on("data", (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said, { timeout: 60_000 }).toContain("waiting for an inhibitor (nf-backup)");
    await host.sh("systemctl stop nf-backup.service");
    const { exitCode } = await run;
    expect(exitCode, said).toBe(0);
    expect(await bootIdOf(host)).not.toBe(before);
  });
});

describe("people who are logged in", () => {
  let person: ChildProcess;
  afterAll(() => person?.kill());

  test("have the time that the policy gives them, and then the host reboots all the same, and says so", async () => {
    person = spawn("ssh", ["-tt", "-F", join(lab.folder, "ssh_config"), "lab-1", "sleep 1000"], { stdio: "ignore" });
    await expect.poll(() => host.sh("ps -eo tty=,args="), { timeout: 30_000 }).toMatch(/pts\/\d+ +sleep 1000/);
    const before = await bootIdOf(host);
    const plan = await project.nixfleet("reboot", "lab-1", "--always", "--check");
    expect(plan.stdout).toContain("people who are logged in have 3s before it");
    const answer = await project.nixfleet(...words());
    expect([answer.code, resultsOf(answer)]).toEqual([0, { "lab-1": "changed" }]);
    expect(answer.stdout).toMatch(/waiting for people who are logged in \(deploy on pts\/\d+\)/);
    expect(answer.stdout).toContain("the host reboots all the same");
    expect(await bootIdOf(host)).not.toBe(before);
  });
});
