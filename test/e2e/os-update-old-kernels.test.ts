/** /boot is too small for a new kernel: the plan names what would make room, and takes it away only where it may. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ArchivePackage } from "../../src/domain/lab/archive/package.ts";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld, KERNEL_BEFORE, publish } from "../support/apt-archive.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { resultsOf } from "../support/os-fleet.ts";

let lab: TestLab;
let host: HostUnderTest;
let project: FleetProject;

const older = (abi: string): ArchivePackage => ({
  name: `linux-image-6.8.0-${abi}-generic`,
  version: `6.8.0-${abi}.${abi}`,
  pockets: ["noble"],
  files: { [`/boot/vmlinuz-6.8.0-${abi}-generic`]: "k".repeat(2_000_000) },
});
const OLDEST = "linux-image-6.8.0-9-generic";

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true });
  host = await hostOf(lab, "lab-1");
  await publish(lab, [older("9"), older("20")]);
  // Room for a new kernel twice, but for what the oldest one takes.
  await host.sh(`mount -t tmpfs -o size=$((246 * 1024 * 1024)) tmpfs /boot`);
  await installOld(host, `${OLDEST}=6.8.0-9.9`, "linux-image-6.8.0-20-generic=6.8.0-20.20", KERNEL_BEFORE);
  project = layFleetProject(lab);
});
afterAll(async () => {
  project?.remove();
  await publish(lab);
});

const update = (...words: string[]) => project.nixfleet("os-update", "lab-1", "--selection", "full", ...words);
const kernels = () =>
  host.sh("dpkg-query -W -f '${db:Status-Abbrev}${Package}\\n' 'linux-image-*' | sed -n 's/^ii //p'");

test("the refusal names the kernels that would make room, and touches none", async () => {
  const answer = await update("--check");
  const text = answer.stdout.replace(/\s+/g, " ");
  expect(text).toContain("too little space on /boot");
  expect(text).toContain(`--remove-old-kernels takes ${OLDEST} away, which frees 1 MiB`);
  expect(await kernels()).toContain(OLDEST);
});

test("with consent they go first, as the plan says, and the newest two stay", async () => {
  const plan = await update("--remove-old-kernels", "--check");
  expect(plan.stdout.replace(/\s+/g, " ")).toContain(`old kernels go first, to make room in /boot: ${OLDEST}`);
  const answer = await update("--remove-old-kernels", "--reboot", "never", "--yes", "--json");
  expect(resultsOf(answer), answer.stdout).toEqual({ "lab-1": "changed" });
  expect((await kernels()).split("\n").sort()).toEqual([
    "linux-image-6.8.0-20-generic",
    "linux-image-6.8.0-31-generic",
    "linux-image-6.8.0-35-generic",
  ]);
});
