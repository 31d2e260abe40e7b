/** A host that was not well after its reboot: it keeps its slot until it is, and is then proven without another reboot. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localSlots } from "../../src/effects/slots/local.ts";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { bootIdOf, hookLog, QUICK, resultsOf, standIn } from "../support/os-fleet.ts";

const never = new AbortController().signal;
const slotFolder = mkdtempSync(join(tmpdir(), "nixfleet-slots-"));
let lab: TestLab;
let project: FleetProject;
let host: HostUnderTest;

beforeAll(async () => {
  lab = await useLab({ hosts: 1 });
  host = await hostOf(lab, "lab-1");
  const budget = { hosts: ["lab-1"], osUpdates: { ubuntu: { maxConcurrentReboots: 1 } } };
  const hooks = { preReboot: [standIn("drain")], postReboot: [standIn("uncordon")] };
  project = layFleetProject(lab, {
    inventory: {
      fleet: { signingKey: lab.signingKey, slots: slotFolder },
      groups: { first: { ...budget, hooks }, second: budget },
    },
  });
});
afterAll(() => {
  project?.remove();
  rmSync(slotFolder, { recursive: true, force: true });
});

const store = () => localSlots(slotFolder);
const reboot = (...words: string[]) => project.nixfleet("reboot", "lab-1", "--yes", "--json", ...QUICK, ...words);
const hooksRun = () => hookLog(project).map((line) => line.split(" ")[0]);
async function holders(): Promise<Record<string, readonly string[]>> {
  const { groups } = JSON.parse((await project.nixfleet("slots", "status", "--json")).stdout);
  return Object.fromEntries(groups.map(({ group, holders }: { group: string; holders: string[] }) => [group, holders]));
}

const SHAKY_UNIT = `[Service]
Type=oneshot
ExecStart=/usr/bin/test ! -e /etc/nf-shaky
[Install]
WantedBy=multi-user.target
`;

describe("a host whose unit fails since its reboot", () => {
  test("is not well, stays drained and keeps its slots", async () => {
    await host.sh(`printf '%s' '${SHAKY_UNIT}' >/etc/systemd/system/nf-shaky.service
systemctl enable nf-shaky.service; touch /etc/nf-shaky`);
    const answer = await reboot("--always");
    expect(resultsOf(answer)).toEqual({ "lab-1": "failed reboot/unhealthy" });
    expect(await holders()).toEqual({ first: ["lab-1"], second: ["lab-1"] });
    expect(hooksRun()).toEqual(["drain"]);
  });

  test("keeps what it holds of one budget when another one is full, and is not put back into service", async () => {
    await store().release("second", "lab-1", never);
    await store().acquire("second", "somebody", 1, never);
    const before = await bootIdOf(host);
    const answer = await reboot("--always", "--slot-timeout", "1s");
    expect(resultsOf(answer)).toEqual({ "lab-1": "held reboot/budget" });
    expect(await holders()).toEqual({ first: ["lab-1"], second: ["somebody"] });
    expect(hooksRun()).toEqual(["drain"]);
    expect(await bootIdOf(host)).toBe(before);
    await store().release("second", "somebody", never);
  });

  test("is no healthier by being asked again: what failed is compared with how it was before the reboot", async () => {
    const before = await bootIdOf(host);
    const plan = await project.nixfleet("reboot", "lab-1", "--check");
    expect(plan.stdout.replace(/\s+/g, " ")).toMatch(
      /not well since the reboot of \S+: it keeps its slots until it is/,
    );
    const answer = await reboot();
    expect(resultsOf(answer)).toEqual({ "lab-1": "failed reboot/unhealthy" });
    expect(answer.stdout).toContain("nf-shaky.service");
    expect(await holders()).toMatchObject({ first: ["lab-1"] });
    expect(await bootIdOf(host)).toBe(before);
  });

  test("is found well once it is, put back into service without another reboot, and gives its slots back", async () => {
    await host.sh("rm /etc/nf-shaky; systemctl restart nf-shaky.service");
    const before = await bootIdOf(host);
    const answer = await reboot();
    expect(resultsOf(answer), answer.stderr).toEqual({ "lab-1": "changed" });
    expect(await holders()).toEqual({ first: [], second: [] });
    expect(hooksRun()).toEqual(["drain", "uncordon"]);
    expect(await bootIdOf(host)).toBe(before);
    expect(resultsOf(await reboot())).toEqual({ "lab-1": "unchanged" });
  });
});
