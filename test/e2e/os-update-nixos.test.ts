/** Updates of NixOS hosts: newer inputs on consent, new kernels tried by one boot. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import type { TestLab } from "../support/lab.ts";
import { bootDefault, nixosMachine, publishKernel } from "../support/nixos-systems.ts";

let lab: TestLab;
let host: HostUnderTest;
let project: FleetProject;

beforeAll(async () => {
  ({ lab, host } = await nixosMachine());
  const nixos = { autoSwitch: true, autoReboot: true };
  project = layFleetProject(lab, { hosts: { "lab-1": { osUpdates: { nixos } } } });
});
afterAll(() => project?.remove());

const update = (...words: string[]) =>
  project.nixfleet("os-update", "lab-1", "--update-input", "nixpkgs", "--soak-after", "1s", ...words);
const changedFiles = (): string =>
  execFileSync("git", ["-C", project.folder, "status", "--porcelain"], { encoding: "utf8" }).trim();
const standing = async () => {
  const { live, committed, booted, reboot } = await host.facts();
  return { live, committed, booted, boots: await bootDefault(host), reboot: reboot.needed };
};
const kernelOf = (system: string | null): Promise<string> => host.sh(`cat ${system}/kernel`);

describe("a newer input", () => {
  test("is shown in a plan, and written nowhere", async () => {
    publishKernel(project, "6.12.50");
    const lock = project.read("flake.lock");
    const before = await standing();
    const planned = await update("--check");
    expect(planned.code, planned.stderr).toBe(0);
    expect(planned.stdout).toMatch(/input nixpkgs {2}\S{7} of \S+ -> \S{7} of \S+\n {2}flake\.lock gets them once/);
    expect(planned.stdout).toContain("one boot tries the new system");
    expect(planned.stdout).toContain("linux-6.12.50");
    expect(project.read("flake.lock")).toBe(lock);
    expect(await standing()).toEqual(before);
  });

  test("is booted, made the default once the host is well, and then stands in flake.lock for git to see", async () => {
    const before = await standing();
    const updated = await update("--yes");
    expect(updated.code, updated.stderr).toBe(0);
    expect(updated.stderr).toContain("flake.lock now has the newer nixpkgs: commit it");
    const after = await standing();
    expect(after.live).not.toBe(before.live);
    expect(after).toEqual({
      live: after.live,
      committed: after.live,
      booted: after.live,
      boots: after.live,
      reboot: "no",
    });
    expect(await kernelOf(after.booted)).toBe("kernel 6.12.50");
    expect(changedFiles()).toBe("M flake.lock");
    project.commit();
    const next = JSON.parse((await project.nixfleet("plan", "--json")).stdout);
    expect(next.summary).toMatchObject({ change: 0, none: 1 });
  });

  test("that the flake does not have is refused, and so is one without a NixOS host", async () => {
    const unknown = await project.nixfleet("os-update", "lab-1", "--update-input", "nixpkg", "--check");
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain("the inputs nixfleet, nixpkgs");
  });
});

describe("a kernel that does not come up", () => {
  test("is gone after a power cut, and the run tells so: the default was never touched", async () => {
    publishKernel(project, "6.12.60", " panics");
    const before = await standing();
    const lock = project.read("flake.lock");
    const run = project.start([
      "os-update",
      "lab-1",
      "--update-input",
      "nixpkgs",
      "--yes",
      "--json",
      "--up-timeout",
      "5m",
    ]);
    let said = "";
    run.stdout?.on("data", (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said, { timeout: 120_000 }).toContain("waiting for the host to come back");
    const log = join(lab.folder, "machines/lab-1/output.log");
    await expect.poll(() => readFileSync(log, "utf8"), { timeout: 60_000 }).toContain("Kernel panic");
    await lab.power("lab-1", "off");
    await lab.power("lab-1", "on");
    const { exitCode, stdout } = await run;
    expect(exitCode).toBe(5);
    expect(stdout).toContain("what one boot was to try did not come up: the host is back on what it ran before");
    expect(await standing()).toEqual(before);
    expect(project.read("flake.lock")).toBe(lock);
    expect(stdout).toContain("flake.lock keeps the older nixpkgs");
  });
});

describe("a host that is not to reboot", () => {
  test("has the new system wait for a boot where the inventory wants no switch", async () => {
    publishKernel(project, "6.12.70");
    const inventory = project.read("inventory/lab.yaml");
    project.write("inventory/lab.yaml", inventory.replace("autoSwitch: true", "autoSwitch: false"));
    project.commit();
    const before = await standing();
    const answer = await update("--reboot", "never", "--yes");
    expect(answer.code, answer.stderr).toBe(0);
    const after = await standing();
    expect(after).toMatchObject({ live: before.live, booted: before.booted, reboot: "yes" });
    expect(after.boots).not.toBe(before.boots);
    const rebooted = await project.nixfleet("reboot", "lab-1", "--yes", "--soak-after", "1s");
    expect(rebooted.code, rebooted.stderr).toBe(0);
    expect(await standing()).toMatchObject({ live: after.boots, committed: after.boots, reboot: "no" });
  });
});
