import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Manifest, manifestSchema } from "../../src/domain/manifest/manifest.ts";
import { type Evaluator, evaluator, libraries, nix, nixSystem } from "../support/intent.ts";
import { noNix } from "../support/nix-fleet.ts";

/** Something of every intent that both bases have; nothing in it depends on the base. */
const role = `{ pkgs, ... }: {
  nixfleet.packages = [ pkgs.hello ];
  nixfleet.files."/etc/web/web.conf" = { text = "port=80\\n"; mode = "0640"; group = "web"; restartUnits = [ "web.service" ]; };
  nixfleet.files."/etc/web/words" = { source = "\${pkgs.hello}/bin/hello"; reloadUnits = [ "web.service" ]; };
  nixfleet.files."/srv/web/index.html".text = "hello\\n";
  nixfleet.files."/etc/motd" = { text = "managed\\n"; adopt = true; };
  nixfleet.files."/etc/systemd/journald.conf.d/50-x.conf" = { text = "[Journal]\\n"; restartUnits = [ "systemd-journald.service" ]; };
  nixfleet.directories."/var/lib/web data" = { owner = "web"; group = "web"; mode = "0750"; };
  nixfleet.users.web = { system = true; uid = 991; home = "/var/lib/web"; };
  nixfleet.users.ann = { uid = 4001; extraGroups = [ "adm" ]; authorizedKeys = [ "ssh-ed25519 AAAA ann" ]; description = "Ann"; };
  nixfleet.groups.editors.gid = 4100;
  nixfleet.systemd.units."web.service".text = ''
    [Unit]
    Description=web
    [Service]
    User=web
    ExecStart=\${pkgs.busybox}/bin/httpd -f -p 80
    ExecReload=\${pkgs.busybox}/bin/kill -HUP $MAINPID
    [Install]
    WantedBy=multi-user.target
    RequiredBy=web.target
    Alias=site.service
  '';
  nixfleet.systemd.units."web.target".text = "[Install]\\nWantedBy=multi-user.target\\n";
  nixfleet.systemd.timers.report = { command = "/bin/sh -c true"; onCalendar = "daily"; };
  nixfleet.firewall = { enable = true; allowedTCPPorts = [ 80 ]; interfaces.wg0.allowedUDPPorts = [ 53 ]; allowPing = false; };
  nixfleet.healthChecks.web.http.url = "http://127.0.0.1/";
  nixfleet.secrets.token = { owner = "web"; restartUnits = [ "web.service" ]; path = "/etc/web/token"; };
  nixfleet.secrets.first.phase = "users";
}`;

const fleet = {
  files: { "modules/web.nix": role, "hosts/u.nix": "{ }", "hosts/n.nix": "{ }" },
  inventory: {
    environment: "test",
    hosts: ["u", "n"].map((name) => ({
      ...{ name, base: name === "u" ? "ubuntu" : "nixos", system: nixSystem, addresses: ["10.0.1.11"] },
      ...{ roles: ["web"], tags: [], groups: ["all"], vars: {} },
    })),
  },
};

describe.skipIf(noNix !== "").each(libraries)(`one role on two bases, with %s${noNix}`, (_, realLib) => {
  let nixSide: Evaluator;
  let ubuntu: Manifest;
  let nixos: Manifest;
  let toplevel: string;
  /** A part of the NixOS configuration, as JSON has it. */
  const config = async (text: string): Promise<unknown> => {
    const answer = await nixSide.expression(`let config = answer.configurations.n.config; in ${text}`, fleet);
    if (answer.code !== 0) throw new Error(answer.stderr);
    return JSON.parse(answer.stdout);
  };
  const build = async (drvPath: string): Promise<string> => {
    const built = await nix("build", "--no-link", "--print-out-paths", `${drvPath}^out`);
    if (built.code !== 0) throw new Error(built.stderr);
    return built.stdout;
  };
  const read = (path: string): Manifest =>
    manifestSchema.parse(JSON.parse(readFileSync(join(path, "manifest.json"), "utf8")));

  beforeAll(async () => {
    nixSide = evaluator(realLib);
    const answer = await nixSide.expression("answer.hosts", fleet);
    if (answer.code !== 0) throw new Error(answer.stderr);
    const hosts = JSON.parse(answer.stdout);
    ubuntu = read(await build(hosts.u.drvPath));
    const description = await build(hosts.n.manifest.drvPath);
    expect(description).toBe(hosts.n.manifest.out);
    toplevel = readlinkSync(join(description, "toplevel"));
    expect(toplevel).toBe(hosts.n.out);
    nixos = read(description);
  });
  afterAll(() => nixSide?.remove());

  /** What Ubuntu needs files of its own for, and NixOS has options for. */
  const loweredOnUbuntu = /^\/etc\/(profile\.d|tmpfiles\.d|nixfleet)\/|\/\.ssh(\/|$)|nixfleet-(firewall|secrets)/;

  test("promises the same files, units, accounts, folders, packages and checks", () => {
    const essence = (manifest: Manifest) => ({
      files: manifest.files.filter(({ path }) => !loweredOnUbuntu.test(path)).map(({ source: _, ...file }) => file),
      units: manifest.units.filter(({ name }) => !loweredOnUbuntu.test(name)).map(({ source: _, ...unit }) => unit),
      directories: manifest.directories.filter(({ path }) => !loweredOnUbuntu.test(path)),
      users: manifest.users.map(({ shell: _, ...user }) => user),
      groups: manifest.groups,
      packages: manifest.packages,
      healthChecks: manifest.healthChecks,
      secrets: manifest.secrets,
    });
    expect(essence(nixos)).toEqual(essence(ubuntu));
    expect([ubuntu.base, nixos.base]).toEqual(["ubuntu", "nixos"]);
  });

  test("differs in shells, which NixOS has elsewhere", () => {
    expect(ubuntu.users.map(({ shell }) => shell)).toEqual(["/bin/bash", "/usr/sbin/nologin"]);
    expect(nixos.users.map(({ shell }) => shell)).toEqual([
      "/run/current-system/sw/bin/bash",
      "/run/current-system/sw/bin/nologin",
    ]);
  });

  test("files below /etc are NixOS' own, with the mode and owner that were asked for", async () => {
    const entry = `name: let file = config.environment.etc.\${name}; in { inherit (file) mode user group; }`;
    expect(await config(`map (${entry}) [ "web/web.conf" "web/words" ]`)).toEqual([
      { mode: "0640", user: "root", group: "web" },
      { mode: "0644", user: "root", group: "root" },
    ]);
    expect(readFileSync(join(toplevel, "etc/web/web.conf"), "utf8")).toBe("port=80\n");
    // Taken over from somebody, or outside of /etc: brought about by the activation itself.
    expect(await config("config.environment.etc ? motd")).toBe(false);
    expect(await config("config.system.activationScripts.nixfleet-files")).toBeDefined();
  });

  test("a drop-in of a unit comes as a package of units", () => {
    const dropIn = "etc/systemd/journald.conf.d/50-x.conf";
    expect(readFileSync(join(toplevel, dropIn), "utf8")).toBe("[Journal]\n");
    const overrides = readFileSync(
      join(toplevel, "etc/systemd/system/systemd-journald.service.d/overrides.conf"),
      "utf8",
    );
    expect(overrides).toMatch(/X-Restart-Triggers=\/etc\/systemd\/journald\.conf\.d\/50-x\.conf:[0-9a-f]{64}/);
  });

  test("what [Install] asks for becomes options, and changes of files restart what they name", async () => {
    const unit = `name: let unit = config.systemd.units.\${name}; in { inherit (unit) wantedBy requiredBy aliases; }`;
    expect(await config(`map (${unit}) [ "web.service" "report.service" "report.timer" ]`)).toEqual([
      { wantedBy: ["multi-user.target"], requiredBy: ["web.target"], aliases: ["site.service"] },
      { wantedBy: [], requiredBy: [], aliases: [] },
      { wantedBy: ["timers.target"], requiredBy: [], aliases: [] },
    ]);
    const text = readFileSync(join(toplevel, "etc/systemd/system/web.service"), "utf8");
    expect(text).toMatch(
      /\[Unit\]\nX-Restart-Triggers=\/etc\/web\/web\.conf:[0-9a-f]{64}\nX-Reload-Triggers=\/etc\/web\/words:/,
    );
    expect(text).toMatch(/\[Service\]\nX-StopIfChanged=false\n/);
    expect(readFileSync(join(toplevel, "etc/systemd/system/report.service"), "utf8")).toContain(
      "X-RestartIfChanged=false",
    );
  });

  test("folders are made by systemd-tmpfiles, odd names escaped", async () => {
    expect(await config("config.systemd.tmpfiles.rules")).toContain("d /var/lib/web\\x20data 0750 web web -");
  });

  test("accounts, keys and the firewall are NixOS' own options", async () => {
    const ann = "config.users.users.ann";
    expect(
      await config(
        `{ inherit (${ann}) uid isNormalUser extraGroups home; keys = ${ann}.openssh.authorizedKeys.keys; }`,
      ),
    ).toEqual({
      uid: 4001,
      isNormalUser: true,
      extraGroups: ["adm"],
      home: "/home/ann",
      keys: ["ssh-ed25519 AAAA ann"],
    });
    expect(await config("config.users.groups.editors.gid")).toBe(4100);
    expect(
      await config(
        "{ inherit (config.networking.firewall) enable allowPing allowedTCPPorts; wg0 = config.networking.firewall.interfaces.wg0.allowedUDPPorts; }",
      ),
    ).toEqual({ enable: true, allowPing: false, allowedTCPPorts: expect.arrayContaining([22, 80]), wg0: [53] });
    expect(await config("config.networking.hostName")).toBe("n");
  });

  test("secrets are put in place by the activation script: before users where asked, and before services", async () => {
    const scripts = "config.system.activationScripts";
    expect(await config(`${scripts}.users.deps`)).toContain("nixfleet-early-secrets");
    expect(await config(`${scripts}.nixfleet-secrets.deps`)).toEqual(expect.arrayContaining(["users", "groups"]));
    const activate = readFileSync(join(toplevel, "activate"), "utf8");
    const [, program = "", table = ""] =
      /\/bin\/sh (\S+) place-secrets services "\$systemConfig" (\S+)/.exec(activate) ?? [];
    expect(readFileSync(program, "utf8")).toContain("verb_place_secrets");
    expect(readFileSync(table, "utf8")).toContain(
      "secret\ttoken\t/etc/web/token\t0400\tweb\troot\tweb.service\t-\tservices\troot-only\n",
    );
    expect(activate.indexOf("place-secrets users")).toBeLessThan(activate.indexOf("place-secrets services"));
  });

  test("the toplevel is what NixOS alone would build: nothing of it knows of its description", async () => {
    const closure = await nix("path-info", "--recursive", toplevel);
    expect(closure.stdout).not.toContain("-description");
  });
});

describe.skipIf(noNix !== "").each(libraries)(`a NixOS host, with %s${noNix}`, (_, realLib) => {
  let nixSide: Evaluator;
  beforeAll(() => {
    nixSide = evaluator(realLib);
  });
  afterAll(() => nixSide?.remove());
  const refusal = (module: string, host: object = {}): Promise<string> =>
    nixSide.refusal(module, { base: "nixos", ...host });

  test("may use plain NixOS options beside the intents", async () => {
    const { out } = await nixSide.host(
      `{ environment.etc."plain.conf".text = "x"; boot.kernelParams = [ "quiet" ]; }`,
      {
        base: "nixos",
      },
    );
    expect(out).toMatch(/-nixos-system-web-1-/);
  });

  test("runs a specialisation as a system of its own", async () => {
    const module = `{ specialisation.night.configuration.nixfleet.files."/etc/night".text = "dark"; }`;
    const [day, night] = await Promise.all(
      [{}, { specialisation: "night" }].map((more) => nixSide.host(module, { base: "nixos", ...more })),
    );
    expect(day?.out).not.toBe(night?.out);
    expect(await refusal(module, { specialisation: "nigth" })).toBe(
      "nixfleet: host web-1: unknown specialisation `nigth'; there are night",
    );
    expect(await nixSide.refusal(module, { base: "ubuntu", specialisation: "night" })).toContain("specialisation");
  });

  test.each([
    [
      "a unit that starts a program of another distribution",
      `{ nixfleet.systemd.units."x.service".text = "[Service]\\nExecStart=-/usr/sbin/x --all\\n[Install]\\nWantedBy=multi-user.target\\n"; }`,
      `nixfleet.systemd.units."x.service": starts /usr/sbin/x, which NixOS does not have; name a program of a package, such as \${pkgs.coreutils}/bin/kill`,
    ],
    [
      "an enabled unit that nothing wants",
      `{ nixfleet.systemd.units."x.service".text = "[Service]\\nExecStart=/bin/sh\\n"; }`,
      'nixfleet.systemd.units."x.service": is enabled, but nothing in its [Install] section wants it, and NixOS starts only what something wants',
    ],
    [
      "reloading something that is no service",
      `{ nixfleet.systemd.units."x.timer" = { onChange = "reload"; text = "[Install]\\nWantedBy=timers.target\\n"; }; }`,
      'nixfleet.systemd.units."x.timer".onChange: NixOS knows `reload\' only for services',
    ],
    [
      "a unit that enables another that is not declared",
      `{ nixfleet.systemd.units."x.service".text = "[Service]\\nExecStart=/bin/sh\\n[Install]\\nWantedBy=multi-user.target\\nAlso=y.socket\\n"; }`,
      'nixfleet.systemd.units."x.service": enables y.socket along (Also=), which is not declared; declare it, NixOS reads no [Install] section',
    ],
    [
      "a shell that NixOS has elsewhere",
      `{ nixfleet.users.ann.shell = "/usr/bin/zsh"; }`,
      `nixfleet.users.ann.shell: NixOS has no /usr/bin/zsh; name a shell of a package, such as \${pkgs.zsh}/bin/zsh`,
    ],
    [
      "a file where NixOS keeps nothing",
      `{ nixfleet.files."/usr/local/bin/x".text = "x"; }`,
      'nixfleet.files."/usr/local/bin/x": lies where NixOS keeps nothing; programs come from nixfleet.packages',
    ],
    [
      "another nft",
      `{ nixfleet.firewall.nft = "/opt/nft"; }`,
      "nixfleet.firewall.nft: NixOS brings its own nft; leave it out for this host",
    ],
    [
      "rules of nftables where iptables is wanted",
      `{ lib, ... }: { nixfleet.firewall = { enable = true; extraInputRules = "accept"; }; networking.nftables.enable = lib.mkForce false; }`,
      "nixfleet.firewall.extraInputRules: they are rules of nftables, and networking.nftables.enable is false on this host",
    ],
    [
      "an owner of a secret whose account a unit makes",
      `{ lib, ... }: { options.services.userborn.enable = lib.mkOption { default = true; }; config.nixfleet.users.app = { system = true; }; config.nixfleet.secrets.token.owner = "app"; }`,
      "nixfleet.secrets.token.owner: systemd-sysusers or userborn make accounts after secrets are in place on this host, so only root can own one; let a service take it with LoadCredential=",
    ],
    [
      "a file of an account that nobody has",
      `{ nixfleet.files."/etc/x" = { text = "x"; group = "www-data"; }; }`,
      'nixfleet.files."/etc/x".group: no group `www-data\' is known; declare nixfleet.groups.www-data, or list it in nixfleet.hostAccounts.groups if something else makes it',
    ],
    [
      "what NixOS itself refuses",
      `{ assertions = [ { assertion = false; message = "boot.loader: choose one"; } ]; }`,
      "boot.loader: choose one",
    ],
  ])("refuses %s, naming option and host", async (_, module, message) => {
    expect(await refusal(module)).toBe(`nixfleet: host web-1: ${message}`);
  });

  test("is another system with another encrypted value, so that there is a generation to go back to", async () => {
    const systemWith = async (encrypted: string): Promise<unknown> => {
      const hostFile = { "hosts/n.nix": "{ nixfleet.secrets.token = { }; }", "modules/web.nix": "{ }" };
      const files = { ...hostFile, "secrets/test/token.age": encrypted };
      const answer = await nixSide.expression("answer.hosts.n.out", { files, inventory: fleet.inventory });
      if (answer.code !== 0) throw new Error(answer.stderr);
      return JSON.parse(answer.stdout);
    };
    expect(await systemWith("one")).not.toBe(await systemWith("two"));
    expect(await systemWith("one")).toBe(await systemWith("one"));
  });

  test("accepts owners that modules of NixOS make", async () => {
    await expect(
      nixSide.host(
        `{ nixfleet.files."/etc/x" = { text = "x"; owner = "db"; }; users.users.db = { isSystemUser = true; group = "db"; }; users.groups.db = { }; }`,
        { base: "nixos" },
      ),
    ).resolves.toMatchObject({ base: "nixos", manifest: { out: expect.stringMatching(/-description$/) } });
  });
});
