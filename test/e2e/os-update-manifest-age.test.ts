/** Versions that were chosen too long ago: fixes came since, and no canary ran them. */
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { versionOn } from "../support/apt/updating.ts";
import { installOld } from "../support/apt-archive.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { resultsOf } from "../support/os-fleet.ts";

let lab: TestLab;
let project: FleetProject;
let hosts: readonly HostUnderTest[];

beforeAll(async () => {
  lab = await useLab({ hosts: 2, archive: true });
});
beforeEach(async () => {
  await lab.reset();
  hosts = await Promise.all(["lab-1", "lab-2"].map((name) => hostOf(lab, name)));
  await Promise.all(hosts.map((host) => installOld(host, "nf-plain")));
  const [patient, hasty] = ["1h", "1ms"].map((maxManifestAge) => ({
    osUpdates: { ubuntu: { mode: "full-weekly", maxManifestAge } },
  }));
  project = layFleetProject(lab, { hosts: { "lab-1": patient ?? {}, "lab-2": hasty ?? {} } });
});
afterEach(() => project?.remove());

const versions = (): Promise<string[]> => Promise.all(hosts.map((host) => versionOn(host, "nf-plain")));

test("a saved plan whose time is over is refused by each host that it is over for, and changes nothing there", async () => {
  const planned = await project.nixfleet("os-update", "--group", "all", "--out", "os.json");
  expect(planned.code, planned.stderr).toBe(0);
  const applied = await project.nixfleet("apply", "os.json", "--json");
  expect(resultsOf(applied), applied.stderr).toEqual({ "lab-1": "changed", "lab-2": "stale os/manifest-old" });
  expect(applied.code).toBe(7);
  expect(await versions()).toEqual(["1.1 ii ", "1.0 ii "]);
});

test("what a canary ran too long ago is not promoted any more", async () => {
  const canary = await project.nixfleet("os-update", "lab-1", "--yes", "--json");
  expect(resultsOf(canary), canary.stderr).toEqual({ "lab-1": "changed" });
  const rest = await project.nixfleet("os-update", "lab-2", "--promote", "last", "--yes");
  expect(rest.code).toBe(5);
  expect(`${rest.stdout}${rest.stderr}`).toContain("the versions were chosen too long ago to be installed now");
  expect(await versions()).toEqual(["1.1 ii ", "1.0 ii "]);
});
