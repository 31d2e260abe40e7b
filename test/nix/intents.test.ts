import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Evaluator, evaluator, libraries } from "../support/intent.ts";
import { noNix } from "../support/nix-fleet.ts";

describe.skipIf(noNix !== "").each(libraries)(`an intent, with %s${noNix}`, (_, realLib) => {
  let nixSide: Evaluator;
  beforeAll(() => {
    nixSide = evaluator(realLib);
  });
  afterAll(() => nixSide?.remove());

  test("a user brings its private group, with plain defaults for people and for services", async () => {
    const { manifest } = await nixSide.build(`{
      nixfleet.users.alice = { extraGroups = [ "sudo" "adm" "adm" ]; };
      nixfleet.users.app = { system = true; uid = 991; };
      nixfleet.users.worker = { system = true; group = "www-data"; };
      nixfleet.groups.app.gid = 991;
    }`);
    const [alice, app, worker] = manifest.users;
    expect(alice).toEqual({
      ...{ name: "alice", uid: null, group: "alice", extraGroups: ["adm", "sudo"], home: "/home/alice" },
      ...{ createHome: true, shell: "/bin/bash", system: false, description: "" },
    });
    expect(app).toMatchObject({ uid: 991, home: "/nonexistent", createHome: false, shell: "/usr/sbin/nologin" });
    expect(worker).toMatchObject({ group: "www-data" });
    expect(manifest.groups).toEqual([
      { name: "alice", gid: null, system: false },
      { name: "app", gid: 991, system: true },
    ]);
  });

  test("keys of a user are a file that only the user reads, in a folder of its own", async () => {
    const closure = await nixSide.build(`{
      nixfleet.users.alice.authorizedKeys = [ "ssh-ed25519 AAAA a" "ssh-ed25519 BBBB b" ];
      nixfleet.files."/home/alice/.ssh/authorized_keys".adopt = true;
    }`);
    expect(closure.read("files/home/alice/.ssh/authorized_keys")).toBe(
      "# Managed by NixFleet.\nssh-ed25519 AAAA a\nssh-ed25519 BBBB b\n",
    );
    const path = "/home/alice/.ssh";
    expect(closure.manifest.directories).toEqual([{ path, mode: "0700", owner: "alice", group: "alice" }]);
    expect(closure.manifest.files.find((file) => file.path === `${path}/authorized_keys`)).toMatchObject({
      mode: "0600",
      owner: "alice",
      adopt: true,
    });
  });

  test("a timer is a timer unit that is enabled and a service that it starts", async () => {
    const closure = await nixSide.build(`{
      nixfleet.systemd.timers.report = { command = "/bin/df -h"; onCalendar = "Mon 03:00"; user = "nobody"; persistent = false; };
    }`);
    expect(closure.manifest.units.map(({ name, enabled, onChange }) => ({ name, enabled, onChange }))).toEqual([
      { name: "report.service", enabled: false, onChange: "none" },
      { name: "report.timer", enabled: true, onChange: "restart" },
    ]);
    expect(closure.read("units/report.service")).toMatch(/User=nobody\nExecStart=\/bin\/df -h\n/);
    expect(closure.read("units/report.timer")).toMatch(/OnCalendar=Mon 03:00\n(.*\n)*Persistent=false\n/);
  });

  test("every kind of health check reaches the manifest", async () => {
    const { manifest } = await nixSide.build(`{
      nixfleet.healthChecks = {
        a.unit = "x.service"; b.command = "true"; c.http.url = "http://localhost/"; d.tcp = { host = "::1"; port = 1; };
      };
    }`);
    const usual = {
      ...{ from: "host", timeoutSeconds: 5, intervalSeconds: 1, minHealthySeconds: 1 },
      ...{ deadlineSeconds: null, retries: null },
    };
    expect(manifest.healthChecks).toEqual([
      { kind: "unit", name: "a", unit: "x.service", ...usual },
      { kind: "command", name: "b", command: "true", ...usual },
      { kind: "http", name: "c", url: "http://localhost/", expectStatus: 200, ...usual },
      { kind: "tcp", name: "d", host: "::1", port: 1, ...usual },
    ]);
  });

  test("several modules join lists and texts, and force or default one value", async () => {
    const closure = await nixSide.build(`{ lib, ... }: {
      imports = [
        { nixfleet.files."/etc/x".text = "first"; nixfleet.files."/etc/x".mode = lib.mkDefault "0600"; }
        (lib.mkIf true { nixfleet.files."/etc/x".text = lib.mkAfter "last"; })
        (lib.mkIf false { nixfleet.files."/etc/never".text = ""; })
        { nixfleet.files."/etc/x".owner = "daemon"; }
      ];
      nixfleet.files."/etc/x" = { text = "second"; mode = "0640"; owner = lib.mkForce "root"; restartUnits = [ "a.service" ]; };
    }`);
    expect(closure.read("etc/x").split("\n").sort()).toEqual(["first", "last", "second"]);
    expect(closure.read("etc/x")).toMatch(/last$/);
    expect(closure.manifest.files.find(({ path }) => path === "/etc/x")).toMatchObject({ mode: "0640", owner: "root" });
    expect(closure.manifest.files.map(({ path }) => path)).not.toContain("/etc/never");
  });

  test("modules read the host and the fleet", async () => {
    const closure = await nixSide.build(
      `{ config, ... }: let inherit (config.nixfleet) host fleet; in {
        nixfleet.files."/etc/facts".text = builtins.toJSON { inherit (host) name base tags groups vars port; inherit (fleet) environment; peers = builtins.attrNames fleet.hosts; };
      }`,
      { tags: ["eu"], vars: { a: { b: [1] } }, port: 2222 },
    );
    expect(JSON.parse(closure.read("etc/facts"))).toEqual({
      ...{
        name: "web-1",
        base: "ubuntu",
        tags: ["eu"],
        groups: ["all", "ubuntu"],
        vars: { a: { b: [1] } },
        port: 2222,
      },
      ...{ environment: "test", peers: ["web-1"] },
    });
  });

  test("warnings come with the answer and do not stop it", async () => {
    const { warnings } = await nixSide.host(`{
      nixfleet.systemd.units."x.service".text = "[Service]\\nExecStart=/bin/true\\n";
      nixfleet.files."/etc/sudoers".text = "root ALL=(ALL:ALL) ALL\\n";
      nixfleet.firewall = { enable = true; ssh.open = false; };
      nixfleet.users.svc = { system = true; uid = 1500; };
      nixfleet.warnings = [ "mine" ];
    }`);
    expect([...warnings].sort()).toEqual([
      expect.stringContaining("mine"),
      expect.stringContaining("/etc/sudoers.d/<name> is safer"),
      expect.stringContaining("ssh.open is false"),
      expect.stringContaining('"x.service" is enabled but has no [Install] section'),
      expect.stringContaining("nixfleet.users.svc is a system account with uid 1500"),
    ]);
  });
});
