/** A cable that is pulled in the middle of an upgrade. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld } from "../support/apt-archive.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { resultsOf } from "../support/os-fleet.ts";

let lab: TestLab;
let host: HostUnderTest;
let project: FleetProject;

beforeAll(async () => {
  lab = await useLab({ hosts: 1, archive: true });
  await lab.reset();
  host = await hostOf(lab, "lab-1");
  project = layFleetProject(lab, {
    hosts: { "lab-1": { osUpdates: { ubuntu: { mode: "full-weekly" } } } },
  });
});
afterAll(() => project?.remove());

test("the upgrade goes on without the connection, and its result is told once the host can be reached again", async () => {
  await installOld(host, "nf-slow", "nf-plain");
  await host.sh("touch /run/nf-wait");
  const run = project.start(["os-update", "lab-1", "--yes", "--json"]);
  let said = "";
  run.stdout?.on("data", (chunk) => {
    said += chunk;
  });
  await expect.poll(() => host.sh("pgrep -f '[n]f-slow.postinst' || true"), { timeout: 120_000 }).not.toBe("");
  await lab.link("lab-1", "down");
  await expect.poll(() => said, { timeout: 180_000 }).toContain('"type":"diagnostic"');
  await lab.link("lab-1", "up");
  await expect.poll(async () => (await host.root("touch /run/nf-go")).code, { timeout: 60_000 }).toBe(0);
  const { stdout } = await run;
  expect(resultsOf({ stdout })).toEqual({ "lab-1": "changed" });
  expect(await host.sh(`dpkg-query -W -f '\${Version}\${db:Status-Abbrev} ' nf-plain nf-slow`)).toBe("1.1ii  1.1ii  ");
});
