import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheFolder } from "../../src/effects/lab/cache-folder.ts";
import { nixBinDir } from "../../src/effects/lab/nix-commands.ts";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, outcomes, planOf, statusOf } from "../support/verbs.ts";

/** One role for all hosts: a file, a package and a unit that reads the file. */
const role = (greeting: string): string => `{ pkgs, ... }: {
  nixfleet.packages = [ pkgs.hello ];
  nixfleet.files."/etc/web/greeting" = { text = "${greeting}\\n"; restartUnits = [ "web.service" ]; };
  nixfleet.systemd.units."web.service".text = ''
    [Unit]
    Description=web
    [Service]
    ExecStart=\${pkgs.busybox}/bin/sleep 99999
    [Install]
    WantedBy=multi-user.target
  '';
  nixfleet.healthChecks.web = { unit = "web.service"; timeoutSeconds = 5; };
}
`;

const names = ["lab-1", "lab-2", "lab-3", "lab-4"];
let lab: TestLab;

beforeAll(async () => {
  // Debian stable and unstable below, each with the Nix and the systemd of its own; two hosts of each shape.
  lab = await useLab({ hosts: 4, shape: ["lab-3=nixos", "lab-4=nixos"], suite: ["lab-2=sid", "lab-4=sid"] });
});

describe.each(["trixie", "sid"] as const)("with the Nix of %s here, and hosts with both", (suite) => {
  let fleet: FleetProject;
  const nix = join(nixBinDir(cacheFolder(process.env), suite), "nix");
  const everywhere = (command: string) =>
    Promise.all(names.map(async (name) => (await lab.ssh(name, command)).stdout.trim()));

  beforeAll(() => {
    fleet = layFleetProject(lab, { nix, hosts: Object.fromEntries(names.map((name) => [name, { roles: ["web"] }])) });
    fleet.write("modules/web.nix", role(`hello from ${suite}`));
    fleet.commit();
  });
  afterAll(() => fleet?.remove());

  test("the versions are what they should be, each different from the other's", async () => {
    const here = execFileSync(nix, ["--version"], { encoding: "utf8" }).trim();
    const { hosts } = await statusOf(fleet);
    const [old, newer, oldNixos, newNixos] = hosts.map(({ nixVersion }) => nixVersion);
    expect([oldNixos, newNixos]).toEqual([old, newer]);
    expect(newer).not.toBe(old);
    expect(here).toContain(suite === "sid" ? newer : old);
  });

  test("every host gets what it should run, and then there is nothing to do", async () => {
    const applied = await act(fleet, "apply", "--yes");
    expect(outcomes(applied.events), applied.stderr).toBe(names.map((name) => `${name} changed`).join(", "));
    expect(await everywhere("cat /etc/web/greeting; systemctl is-active web.service")).toEqual(
      names.map(() => `hello from ${suite}\nactive`),
    );
    expect((await planOf(fleet)).summary).toMatchObject({ change: 0, none: 4 });
    expect((await statusOf(fleet)).hosts.map(({ drift, failedUnits }) => [drift, failedUnits])).toEqual(
      names.map(() => [[], []]),
    );
  });

  test("a change is compared with what runs, down to packages and bytes", async () => {
    fleet.write("modules/web.nix", role(`good evening from ${suite}`));
    fleet.commit();
    for (const host of (await planOf(fleet)).hosts) {
      expect(host).toMatchObject({
        files: [
          { path: "/etc/web/greeting", diff: `@@ -1,1 +1,1 @@\n-hello from ${suite}\n+good evening from ${suite}\n` },
        ],
        units: [{ name: "web.service", action: "restart" }],
        closure: { packages: [], copy: { paths: expect.any(Number) } },
      });
    }
    const applied = await act(fleet, "apply", "--yes");
    expect(outcomes(applied.events), applied.stderr).toBe(names.map((name) => `${name} changed`).join(", "));
  });

  test("a host that cannot be evaluated is told with its own file and line", async () => {
    fleet.write("hosts/lab-2.nix", "{\n  nixfleet.files = thisIsNotDefined;\n}\n");
    fleet.commit();
    const { code, stdout } = await fleet.nixfleet("plan");
    expect(code).toBe(5);
    expect(stdout).toContain("undefined variable 'thisIsNotDefined'");
    expect(stdout).toContain(`at        ${fleet.folder}/hosts/lab-2.nix:2:20`);
    fleet.write("hosts/lab-2.nix", "{ }\n");
    fleet.commit();
  });

  test("all go back together", async () => {
    const back = await act(fleet, "rollback", "--group", "all", "--yes");
    expect(outcomes(back.events), back.stderr).toBe(names.map((name) => `${name} changed`).join(", "));
    expect(await everywhere("cat /etc/web/greeting")).toEqual(names.map(() => `hello from ${suite}`));
  });
});
