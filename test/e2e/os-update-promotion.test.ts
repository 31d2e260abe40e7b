/** What a canary ran is what the others get, also when the archive moves in the middle of the run. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostUnderTest } from "../support/activation.ts";
import { hostOf } from "../support/activation-lab.ts";
import { installOld, publish } from "../support/apt-archive.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { hookLog, resultsOf, standIn, untilFile } from "../support/os-fleet.ts";

let lab: TestLab;
let project: FleetProject;
let hosts: readonly HostUnderTest[];

beforeAll(async () => {
  lab = await useLab({ hosts: 2, archive: true });
  await lab.reset();
  hosts = await Promise.all(["lab-1", "lab-2"].map((name) => hostOf(lab, name)));
  project = layFleetProject(lab, {
    hosts: { "lab-1": { hooks: { postApply: [standIn("canary is through on", untilFile("go-on"))] } } },
    inventory: {
      groups: { web: { hosts: ["lab-1", "lab-2"], osUpdates: { ubuntu: { mode: "full-weekly" } } } },
      rollouts: { canary: { canary: ["lab-1"], stages: [1, "100%"] } },
    },
  });
});
afterAll(async () => {
  project?.remove();
  await publish(lab);
});

test("the hosts after a canary get its versions, though newer ones appeared meanwhile", async () => {
  await Promise.all(hosts.map((host) => installOld(host, "nf-plain", "nf-auto")));
  const run = project.nixfleet("os-update", "--group", "web", "--strategy", "canary", "--yes", "--json");
  await expect.poll(() => hookLog(project), { timeout: 120_000 }).toEqual(["canary is through on lab-1"]);
  await publish(lab, [{ name: "nf-plain", version: "1.2", pockets: ["noble-updates"] }]);
  project.write("go-on", "");
  const answer = await run;
  expect(resultsOf(answer), answer.stderr).toEqual({ "lab-1": "changed", "lab-2": "changed" });
  for (const host of hosts) {
    expect(await host.sh(`dpkg-query -W -f '\${Version} ' nf-auto nf-lib nf-plain`)).toBe("1.1 1.1 1.1 ");
  }
});

test("a host that holds one of the promoted packages keeps it, is told so, and gets the others", async () => {
  const canary = hosts[0] as HostUnderTest;
  const holding = hosts[1] as HostUnderTest;
  await publish(lab);
  await lab.reset();
  await Promise.all(hosts.map((host) => installOld(host, "nf-plain", "nf-security")));
  const ubuntu = { mode: "full-weekly", holds: ["nf-sec*"] };
  const fleet = layFleetProject(lab, {
    hosts: { "lab-1": { osUpdates: { ubuntu: { mode: "full-weekly" } } }, "lab-2": { osUpdates: { ubuntu } } },
  });
  try {
    const first = await fleet.nixfleet("os-update", "lab-1", "--yes", "--json");
    expect(resultsOf(first), first.stderr).toEqual({ "lab-1": "changed" });
    const rest = await fleet.nixfleet("os-update", "lab-2", "--promote", "last", "--yes");
    expect(rest.code, rest.stderr).toBe(0);
    expect(`${rest.stdout}${rest.stderr}`).toContain("held: nf-security (security)");
    const versions = (host: HostUnderTest): Promise<string> =>
      host.sh(`dpkg-query -W -f '\${Version} ' nf-plain nf-security`);
    expect(await versions(canary)).toBe("1.1 1.1 ");
    expect(await versions(holding)).toBe("1.1 1.0 ");
  } finally {
    fleet.remove();
  }
});
