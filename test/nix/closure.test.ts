import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Closure, type Evaluator, evaluator, libraries, repository } from "../support/intent.ts";
import { manifestLines } from "../support/manifest-lines.ts";
import { noNix } from "../support/nix-fleet.ts";

const everything = `{ pkgs, ... }: {
  nixfleet.packages = [ pkgs.tree pkgs.hello pkgs.hello ];
  nixfleet.files."/etc/app/a.conf" = { text = "path \${pkgs.hello}\\n"; mode = "0640"; group = "app"; restartUnits = [ "app.service" "ssh.service" ]; };
  nixfleet.files."/opt/with space" = { source = ./web-1.nix; adopt = true; reloadUnits = [ "app.service" ]; };
  nixfleet.files."/etc/from-package".source = "\${pkgs.hello}/bin/hello";
  nixfleet.directories."/srv/app" = { owner = "app"; group = "www-data"; mode = "0750"; };
  nixfleet.systemd.units."app.service".text = "[Service]\\nExecStart=\${pkgs.hello}/bin/hello\\n[Install]\\nWantedBy=multi-user.target\\n";
  nixfleet.systemd.units."app@.service" = { text = "[Service]\\nExecStart=/bin/true\\n"; enabled = false; onChange = "none"; };
  nixfleet.users.app = { system = true; uid = 991; extraGroups = [ "adm" "www-data" ]; description = "The app"; };
  nixfleet.groups.team = { gid = 4000; system = false; };
  nixfleet.healthChecks = {
    a.unit = "app.service";
    b = { command = "test -e /srv/app"; timeoutSeconds = 5; };
    c.http = { url = "http://127.0.0.1:8080/x"; expectStatus = 204; };
    d.tcp.port = 8080;
    e = { http.url = "http://{addr}/"; from = "deployer"; minHealthySeconds = 10; deadlineSeconds = 120; retries = 3; };
  };
}`;

describe.skipIf(noNix !== "").each(libraries)(`a closure, with %s${noNix}`, (_, realLib) => {
  let nixSide: Evaluator;
  let closure: Closure;

  beforeAll(async () => {
    nixSide = evaluator(realLib);
    closure = await nixSide.build(everything);
  });
  afterAll(() => nixSide?.remove());

  test("has exactly the parts of the contract", () => {
    expect(readdirSync(closure.path).sort()).toEqual(
      [
        "activate",
        "etc",
        "files",
        "manifest",
        "manifest.json",
        "nixfleet-closure",
        "nixfleet-host",
        "sw",
        "units",
      ].sort(),
    );
    expect(closure.read("nixfleet-closure")).toBe("1\n");
  });

  test("says the same in JSON and in lines", () => {
    expect(closure.lines).toEqual(manifestLines(closure.manifest));
  });

  test("lists the hash of every content as it lies in the store", () => {
    const entries = [...closure.manifest.files, ...closure.manifest.units];
    expect(entries.length).toBeGreaterThan(6);
    for (const { source, sha256 } of entries) {
      expect(createHash("sha256").update(readFileSync(source)).digest("hex")).toBe(sha256);
    }
  });

  test("keeps the content of files and units where the contract says", () => {
    expect(closure.read("etc/app/a.conf")).toMatch(/^path \/nix\/store\/[^\n]+-hello\n$/);
    expect(closure.read("files/opt/with space")).toBe(everything);
    expect(closure.read("etc/from-package")).toContain("Hello, world!");
    expect(closure.read("units/app@.service")).toBe("[Service]\nExecStart=/bin/true\n");
  });

  test("lists packages once, and merges them into sw", () => {
    expect(closure.manifest.packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "hello 2.12.2",
      "tree 2.2.1",
    ]);
    expect(execFileSync(join(closure.path, "sw/bin/hello"), { encoding: "utf8" })).toBe("Hello, world!\n");
    expect(existsSync(join(closure.path, "sw/bin/tree"))).toBe(true);
  });

  test("carries the host program, joined from its files in their order", () => {
    const folder = join(repository, "backends/host");
    const parts = readdirSync(folder)
      .filter((name) => /^[0-9].*\.sh$/.test(name))
      .sort();
    expect(parts.length).toBeGreaterThan(5);
    expect(closure.read("nixfleet-host")).toBe(parts.map((name) => readFileSync(join(folder, name), "utf8")).join(""));
  });

  test("is activated by hand with that program, from a profile link too", () => {
    const activate = lstatSync(join(closure.path, "activate"));
    expect(activate.isFile() && (activate.mode & 0o111) !== 0).toBe(true);
    expect(() => execFileSync("/bin/sh", ["-n", join(closure.path, "activate")])).not.toThrow();
    expect(closure.read("activate")).toContain('activate-now "$closure"');
  });

  test("brings NixFleet's own files: PATH, and the live link after a reboot", () => {
    expect(closure.read("etc/tmpfiles.d/nixfleet.conf")).toContain(
      "L /run/nixfleet/current - - - - /nix/var/nix/profiles/nixfleet/system",
    );
    const path = execFileSync(
      "/bin/sh",
      [
        "-euc",
        `. "${closure.path}/etc/profile.d/nixfleet.sh"; . "${closure.path}/etc/profile.d/nixfleet.sh"; echo "$PATH"`,
      ],
      { encoding: "utf8", env: { PATH: "/usr/bin:/bin" } },
    );
    expect(path).toBe("/run/nixfleet/current/sw/bin:/usr/bin:/bin\n");
  });

  test("keeps alive in the store what its texts name", () => {
    const target = realpathSync(join(closure.path, "sw/bin/hello"));
    expect(closure.read("etc/app/a.conf").trim().slice("path ".length)).toBe(target.replace("/bin/hello", ""));
  });

  test("comes from the same derivation for the same intent, and from another for another", async () => {
    const [first, again, other] = await Promise.all([
      nixSide.host(everything),
      nixSide.host(everything),
      nixSide.host(everything.replace("The app", "Another app")),
    ]);
    expect(again.drvPath).toBe(first.drvPath);
    expect(other.drvPath).not.toBe(first.drvPath);
  });

  test("of two equal hosts differs in nothing but the host's name", async () => {
    const module = '{ pkgs, ... }: { nixfleet.files."/etc/x".text = "x"; nixfleet.packages = [ pkgs.hello ]; }';
    const answer = await nixSide.expression(
      "lib.mapAttrs (_: closure: { inherit (closure) json lines build; }) answer.closures",
      {
        files: { "hosts/first.nix": module, "hosts/second.nix": module },
        inventory: { hosts: { first: { base: "debian" }, second: { base: "debian" } } },
      },
    );
    const { first, second } = JSON.parse(answer.stdout) as Record<string, Record<string, string>>;
    expect(JSON.parse(JSON.stringify(second).replaceAll("second", "first"))).toEqual(first);
  });
});
