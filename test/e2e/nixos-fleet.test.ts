import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";

/** One role, that works on both bases; what changes in it changes on both. */
const role = (greeting: string): string => `{ config, pkgs, ... }: {
  nixfleet.packages = [ pkgs.hello ];
  nixfleet.users.web = { system = true; uid = 492; home = "/var/lib/web"; };
  nixfleet.directories."/var/lib/web" = { owner = "web"; group = "web"; mode = "0750"; };
  nixfleet.files."/etc/web/greeting" = { text = "${greeting} from \${config.nixfleet.host.name}\\n"; mode = "0640"; group = "web"; restartUnits = [ "web.service" ]; };
  nixfleet.files."/srv/web/notes".text = "kept\\n";
  nixfleet.systemd.units."web.service".text = ''
    [Unit]
    Description=web
    [Service]
    User=web
    ExecStart=\${pkgs.busybox}/bin/sh -c '\${pkgs.busybox}/bin/cat /etc/web/greeting && exec \${pkgs.busybox}/bin/sleep 99999'
    [Install]
    WantedBy=multi-user.target
  '';
  nixfleet.healthChecks.web = { unit = "web.service"; timeoutSeconds = 5; };
}
`;

let lab: TestLab;
let fleet: FleetProject;
/** `lab-1` is NixOS-shaped, `lab-2` Ubuntu-shaped. */
const both = ["--limit", "lab-1,lab-2"];

beforeAll(async () => {
  lab = await useLab({ hosts: 2, shape: ["lab-1=nixos", "lab-2=ubuntu"] });
  const wishes = { "lab-1": { roles: ["web"] }, "lab-2": { roles: ["web"] } };
  fleet = layFleetProject(lab, { hosts: wishes });
  fleet.write("modules/web.nix", role("hello"));
  fleet.commit();
});
afterAll(() => fleet?.remove());

const planned = async (...words: string[]) => JSON.parse((await fleet.nixfleet("plan", ...words, "--json")).stdout);
const hostOf = (plan: { hosts: { name: string }[] }, name: string) => plan.hosts.find((host) => host.name === name);
const on = async (name: string, command: string): Promise<string> => (await lab.ssh(name, command)).stdout.trim();
const status = async (name: string) => {
  const { stdout } = await fleet.nixfleet("status", "--host", name, "--json");
  return JSON.parse(stdout).hosts[0];
};
const apply = async (...words: string[]) => {
  const answer = await fleet.nixfleet("apply", ...words, "--yes");
  if (answer.code !== 0) throw new Error(`${answer.code}\n${answer.stdout}\n${answer.stderr}`);
  return answer;
};

describe("a fleet of NixOS and Ubuntu hosts", () => {
  test("is planned in one go, each host in the terms of its base", async () => {
    const plan = await planned(...both);
    expect(hostOf(plan, "lab-1")).toMatchObject({
      base: "nixos",
      action: "change",
      notes: [
        "nixfleet did not describe what runs now: file, unit and account changes are not listed",
        expect.stringMatching(/^runs in full after a boot only: kernel linux-6\.12\.30 -> linux-6\.12\.41, initrd /),
      ],
      closure: {
        copy: { paths: expect.any(Number) },
        packages: expect.arrayContaining([{ name: "linux", from: null, to: "6.12.41" }]),
      },
    });
    expect(hostOf(plan, "lab-2")).toMatchObject({
      base: "ubuntu",
      action: "change",
      closure: { bytes: { from: null } },
    });
  });

  test("is applied in one run, and then there is nothing to do", async () => {
    await apply(...both);
    for (const name of ["lab-1", "lab-2"]) {
      expect(await on(name, "systemctl is-active web.service; sudo cat /etc/web/greeting /srv/web/notes")).toBe(
        `active\nhello from ${name}\nkept`,
      );
      expect(await on(name, "stat -c '%a %U %G' /etc/web/greeting /var/lib/web; id -u web")).toBe(
        "640 root web\n750 web web\n492",
      );
      expect(await on(name, "/run/nixfleet/current/sw/bin/hello")).toBe("Hello, world!");
    }
    expect(await on("lab-1", "readlink /nix/var/nix/profiles/system")).toBe("system-2-link");
    expect((await planned(...both)).summary).toMatchObject({ change: 0, none: 2 });
    expect(await status("lab-1")).toMatchObject({
      generation: 2,
      drift: [],
      failedUnits: [],
      appliedBy: expect.any(String),
    });
  });

  test("names what a boot would bring, one by one", async () => {
    const { rebootNeeded } = await status("lab-1");
    expect(rebootNeeded).toEqual({
      state: "yes",
      reasons: [
        "kernel: linux-6.12.30 is booted, linux-6.12.41 is next",
        "initrd: initrd-linux-6.12.30 is booted, initrd-linux-6.12.41 is next",
        "kernel-modules: linux-6.12.30 is booted, linux-6.12.41 is next",
      ],
    });
    fleet.write(
      "hosts/lab-1.nix",
      `{ boot.kernelParams = [ "quiet" ]; system.rebootTriggers.firmware = "20251101"; }\n`,
    );
    fleet.commit();
    await apply("--host", "lab-1");
    expect((await status("lab-1")).rebootNeeded.reasons.slice(3)).toEqual([
      "kernel-params: +quiet",
      "reboot-triggers: firmware",
    ]);
  });

  test("shows the same change of a role on both, restarts included", async () => {
    fleet.write("modules/web.nix", role("good evening"));
    fleet.commit();
    const plan = await planned(...both);
    for (const name of ["lab-1", "lab-2"]) {
      expect(hostOf(plan, name)).toMatchObject({
        files: [
          {
            path: "/etc/web/greeting",
            change: "modify",
            diff: `@@ -1,1 +1,1 @@\n-hello from ${name}\n+good evening from ${name}\n`,
          },
        ],
        units: [{ name: "web.service", action: "restart", because: "uses /etc/web/greeting" }],
      });
    }
    const before = await on("lab-1", "systemctl show -p MainPID --value web.service");
    await apply(...both);
    expect(await on("lab-1", "systemctl show -p MainPID --value web.service")).not.toBe(before);
    expect(await on("lab-1", "sudo cat /etc/web/greeting")).toBe("good evening from lab-1");
  });

  test("goes back together to what each ran before, and forward again to the same generation", async () => {
    const answer = await fleet.nixfleet("rollback", ...both, "--yes");
    expect(answer.code, answer.stderr).toBe(0);
    expect(await on("lab-1", "sudo cat /etc/web/greeting")).toBe("hello from lab-1");
    expect(await on("lab-2", "sudo cat /etc/web/greeting")).toBe("hello from lab-2");
    expect((await status("lab-1")).generation).toBe(3);
    await apply(...both);
    expect((await status("lab-1")).generation).toBe(4);
  });
});

describe("a NixOS host", () => {
  test("goes back by number to the system it came with, which nixfleet never described", async () => {
    const answer = await fleet.nixfleet("rollback", "--host", "lab-1", "--to", "1", "--yes");
    expect(answer.code, answer.stderr).toBe(0);
    expect(await on("lab-1", "readlink /nix/var/nix/profiles/system")).toBe("system-1-link");
    expect(await on("lab-1", "ls /etc/web 2>/dev/null; systemctl is-active web.service")).toBe("inactive");
    expect(await on("lab-1", "ls /nix/var/nix/profiles | grep -c system-.*-link")).toBe("4");
    await apply("--host", "lab-1");
  });

  test("puts itself back when a unit of the new system fails, and says which", async () => {
    const before = await on("lab-1", "readlink -f /run/current-system");
    fleet.write(
      "hosts/lab-1.nix",
      `{ systemd.services.bad = { wantedBy = [ "multi-user.target" ]; serviceConfig = { Type = "oneshot"; ExecStart = "/bin/false"; }; }; }\n`,
    );
    fleet.commit();
    const answer = await fleet.nixfleet("apply", "--host", "lab-1", "--yes");
    expect(answer.code).toBe(5);
    expect(`${answer.stdout}${answer.stderr}`).toContain("unit bad.service failed, which did not fail before");
    expect(await on("lab-1", "readlink -f /run/current-system")).toBe(before);
    expect(await on("lab-1", "readlink -f /nix/var/nix/profiles/system")).toBe(before);
  });

  test("is left for the next boot when a switch inhibitor changes, and a second apply finds nothing to do", async () => {
    fleet.write("hosts/lab-1.nix", `{ system.switch.inhibitors.dbus-implementation = "broker"; }\n`);
    fleet.commit();
    const live = await on("lab-1", "readlink -f /run/current-system");
    expect((hostOf(await planned("--host", "lab-1"), "lab-1") as { notes?: string[] }).notes).toContain(
      "cannot be made live: the switch inhibitor dbus-implementation changes; it is committed for the next boot",
    );
    const answer = await apply("--host", "lab-1");
    expect(answer.stderr).toContain("changed switch inhibitors: dbus-implementation");
    expect(await on("lab-1", "readlink -f /run/current-system")).toBe(live);
    expect(hostOf(await planned("--host", "lab-1"), "lab-1")).toMatchObject({
      action: "none",
      reason: "up to date once it boots: changed switch inhibitors: dbus-implementation",
    });
    expect((await status("lab-1")).rebootNeeded.reasons[0]).toBe(
      "it was applied for the next boot: changed switch inhibitors: dbus-implementation",
    );
  });

  test("can be told to change at boots only", async () => {
    fleet.write("hosts/lab-1.nix", `{ environment.etc."later".text = "x"; }\n`);
    const inventory = fleet.read("inventory/lab.yaml");
    fleet.write("inventory/lab.yaml", inventory.replace("base: nixos", "base: nixos\n    activation: boot"));
    fleet.commit();
    const answer = await apply("--host", "lab-1");
    expect(answer.stderr).toContain("the inventory wants it to come with a boot");
    expect(await on("lab-1", "ls /etc/later 2>&1 | grep -c 'No such file'")).toBe("1");
    fleet.write("inventory/lab.yaml", inventory);
    fleet.commit();
  });

  test("runs a specialisation, and boots it, when the inventory names one", async () => {
    fleet.write(
      "hosts/lab-1.nix",
      `{ specialisation.night.configuration.nixfleet.files."/etc/night".text = "dark"; }\n`,
    );
    const inventory = fleet.read("inventory/lab.yaml");
    fleet.write("inventory/lab.yaml", inventory.replace("base: nixos", "base: nixos\n    specialisation: night"));
    fleet.commit();
    await apply("--host", "lab-1");
    expect(await on("lab-1", "cat /etc/night")).toBe("dark");
    expect(await on("lab-1", "readlink -f /nix/var/nix/profiles/system")).toBe(
      await on("lab-1", "readlink -f /run/current-system"),
    );
    fleet.write("inventory/lab.yaml", inventory);
    fleet.commit();
    await apply("--host", "lab-1");
    expect(await on("lab-1", "cat /etc/night 2>&1")).toContain("No such file");
  });

  test("takes over a file outside of /etc only where it may, and gives it back", async () => {
    await on("lab-1", "echo mine | sudo tee /srv/mine");
    fleet.write("hosts/lab-1.nix", `{ nixfleet.files."/srv/mine".text = "ours\\n"; }\n`);
    fleet.commit();
    expect(hostOf(await planned("--host", "lab-1"), "lab-1")).toMatchObject({
      action: "held",
      conflicts: [{ path: "/srv/mine" }],
    });
    fleet.write("hosts/lab-1.nix", `{ nixfleet.files."/srv/mine" = { text = "ours\\n"; adopt = true; }; }\n`);
    fleet.commit();
    await apply("--host", "lab-1");
    expect(await on("lab-1", "cat /srv/mine")).toBe("ours");
    fleet.write("hosts/lab-1.nix", "{ }\n");
    fleet.commit();
    await apply("--host", "lab-1");
    expect(await on("lab-1", "cat /srv/mine")).toBe("mine");
  });

  test("whose flake has a configuration of its own is deployed as that is, with no mkFleet", async () => {
    const flake = fleet.read("flake.nix");
    const own = `nixosConfigurations.box = inputs.nixpkgs.lib.nixosSystem {
      system = "x86_64-linux";
      modules = [ { networking.hostName = "box"; environment.etc.own.text = "as it is"; specialisation.night.configuration.environment.etc.night.text = "dark"; } ];
    };`;
    fleet.write("flake.nix", flake.replace(/outputs = inputs: .*;\n/, `outputs = inputs: { ${own} };\n`));
    const inventory = fleet.read("inventory/lab.yaml");
    const withAttr = (more: string): string => inventory.replace("base: nixos", `base: nixos\n    flakeAttr: ${more}`);
    fleet.write("inventory/lab.yaml", withAttr("nixosConfigurations.box.config.system.build.toplevel"));
    fleet.commit();
    await apply("--host", "lab-1");
    expect(await on("lab-1", "cat /etc/own; readlink -f /run/current-system")).toMatch(
      /^as it is\/nix\/store\/.*-nixos-system-box-/,
    );
    expect((await planned("--host", "lab-1")).summary).toMatchObject({ none: 1 });
    fleet.write("inventory/lab.yaml", withAttr("nixosConfigurations.box\n    specialisation: night"));
    fleet.commit();
    await apply("--host", "lab-1");
    expect(await on("lab-1", "cat /etc/night")).toBe("dark");
    fleet.write("inventory/lab.yaml", inventory);
    fleet.write("flake.nix", flake);
    fleet.commit();
  });

  test("is not what an Ubuntu host of the inventory can be, and has nothing to remove", async () => {
    const inventory = fleet.read("inventory/lab.yaml");
    const removal = await fleet.nixfleet("remove", "--host", "lab-1", "--yes");
    expect(removal.code).toBe(5);
    expect(removal.stdout).toContain("error[plan/not-removable]");
    fleet.write("inventory/lab.yaml", inventory.replace("base: nixos", "base: debian"));
    fleet.commit();
    const answer = await fleet.nixfleet("plan", "--host", "lab-1");
    expect(answer.code).toBe(3);
    expect(`${answer.stdout}${answer.stderr}`).toContain(
      "the inventory says that the host's base is debian, and it is not",
    );
    fleet.write("inventory/lab.yaml", inventory);
    fleet.commit();
  });
});
