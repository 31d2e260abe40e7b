import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Evaluator, evaluator, libraries } from "../support/intent.ts";
import { noNix } from "../support/nix-fleet.ts";

const unit = (name: string, more = ""): string =>
  `{ nixfleet.systemd.units."${name}" = { text = "[Install]\\n"; ${more} }; }`;
const file = (path: string, more = `text = "";`): string => `{ nixfleet.files."${path}" = { ${more} }; }`;

/** What a module says, and the words of its refusal. */
const mistakes: readonly (readonly [what: string, module: string, ...words: string[]])[] = [
  ["an unknown option", "{ nixfleet.fils = { }; }", "The option `nixfleet.fils' does not exist"],
  ["an unknown field", file("/etc/x", `text = ""; mod = "0644";`), `nixfleet.files."/etc/x".mod' does not exist`],
  ["a mode of three digits", file("/etc/x", `text = ""; mode = "644";`), `"/etc/x".mode'`, "four octal digits"],
  ["a setuid mode", file("/etc/x", `text = ""; mode = "4755";`), "setuid, setgid and sticky bits are not offered"],
  ["a relative path", file("etc/x"), `nixfleet.files."etc/x": not a usable path`],
  ["a path with a tab", file("/etc/a\\tb"), "not a usable path"],
  ["a path with a comma", file("/etc/a,b"), "not a usable path"],
  ["a path with dots", file("/etc/../x"), "not a usable path"],
  ["a path with a slash at its end", `{ nixfleet.directories."/srv/" = { }; }`, `nixfleet.directories."/srv/": not`],
  ["a path in the store", file("/nix/x"), "where nothing can be kept"],
  ["a path in memory", `{ nixfleet.directories."/run/x" = { }; }`, "where nothing can be kept"],
  ["a file without content", file("/etc/x", ""), "exactly one of `text` and `source`, and has neither"],
  ["a file with two contents", file("/etc/x", `text = ""; source = ./web-1.nix;`), "and has both"],
  ["a source outside the flake", file("/etc/x", `source = "/etc/hosts";`), "/etc/hosts is outside the flake"],
  [
    "a file that is a directory too",
    `{ nixfleet.files."/a".text = ""; nixfleet.directories."/a" = { }; }`,
    "the same path is in nixfleet.directories",
  ],
  [
    "a file below a file",
    `{ nixfleet.files."/a/b".text = ""; nixfleet.files."/a".text = ""; }`,
    "lies below /a, which is a managed file",
  ],
  ["the password file", file("/etc/passwd"), "managed with nixfleet.users"],
  ["a unit as a file", file("/etc/systemd/system/x.service"), "managed with nixfleet.systemd.units"],
  [
    "an unknown owner",
    file("/etc/x", `text = ""; owner = "app";`),
    `nixfleet.files."/etc/x".owner: no user \`app' is known`,
  ],
  ["an unknown group", `{ nixfleet.directories."/srv/x".group = "app"; }`, `"/srv/x".group: no group \`app' is known`],
  ["an owner that is no name", file("/etc/x", `text = ""; owner = "App";`), "account name:"],
  ["a unit without ending", unit("web"), `units."web": not the name of a unit`, ".service"],
  ["an enabled template", unit("web@.service"), "a template cannot be enabled"],
  [
    "a restart of something that is no unit",
    file("/etc/x", `text = ""; restartUnits = [ "nginx" ];`),
    "name of a systemd unit",
  ],
  ["an unknown reaction", unit("x.service", `onChange = "kill";`), "onChange"],
  [
    "two texts for one unit",
    `{ imports = [ ${unit("x.service")} ]; nixfleet.systemd.units."x.service".text = "else"; }`,
    "conflicting definition values",
  ],
  [
    "a timer's command of two lines",
    `{ nixfleet.systemd.timers.t = { onCalendar = "daily"; command = "a\\nb"; }; }`,
    "text of one line",
  ],
  [
    "a timer's unknown user",
    `{ nixfleet.systemd.timers.t = { onCalendar = "daily"; command = "a"; user = "x"; }; }`,
    "timers.t.user: no user `x'",
  ],
  [
    "a timer with an ending that is no name",
    `{ nixfleet.systemd.timers."a b" = { onCalendar = "daily"; command = "a"; }; }`,
    "without ending",
  ],
  [
    "two users with one uid",
    "{ nixfleet.users = { a.uid = 5; b.uid = 5; }; }",
    "nixfleet.users: a, b have the same uid 5",
  ],
  ["two groups with one gid", "{ nixfleet.groups = { a.gid = 5; b.gid = 5; }; }", "a, b have the same gid 5"],
  ["a user name with capitals", "{ nixfleet.users.Alice = { }; }", `nixfleet.users."Alice"`],
  ["root", "{ nixfleet.users.root = { }; }", "nixfleet.users.root: belongs to the distribution"],
  [
    "a user whose own group is the distribution's",
    "{ nixfleet.users.operator = { }; }",
    "nixfleet.groups.operator: belongs to",
  ],
  ["a second root", "{ nixfleet.users.a.uid = 0; }", "nixfleet.users.a.uid: 0 is root's"],
  ["an unknown primary group", `{ nixfleet.users.a.group = "b"; }`, "nixfleet.users.a.group: no group `b' is known"],
  ["an unknown extra group", `{ nixfleet.users.a.extraGroups = [ "docker" ]; }`, "nixfleet.hostAccounts.groups"],
  ["keys without a home", `{ nixfleet.users.a = { system = true; authorizedKeys = [ "k" ]; }; }`, "no home directory"],
  ["a colon in a description", `{ nixfleet.users.a.description = "a:b"; }`, "cannot have a colon"],
  ["a key of two lines", `{ nixfleet.users.a.authorizedKeys = [ "k\\nl" ]; }`, "text of one line"],
  ["a port beyond the last", "{ nixfleet.firewall.allowedTCPPorts = [ 70000 ]; }", "allowedTCPPorts", "65535"],
  [
    "a port range backwards",
    "{ nixfleet.firewall.allowedTCPPortRanges = [ { from = 9; to = 8; } ]; }",
    "9-8 is the wrong way round",
  ],
  [
    "an interface that is none",
    `{ nixfleet.firewall.trustedInterfaces = [ "a b" ]; }`,
    "not the name of a network interface",
  ],
  [
    "a health check of no kind",
    "{ nixfleet.healthChecks.a = { }; }",
    "exactly one of unit, command, http, tcp, and has none",
  ],
  [
    "a health check of two kinds",
    `{ nixfleet.healthChecks.a = { unit = "x.service"; tcp.port = 1; }; }`,
    "has unit and tcp",
  ],
  [
    "a health check that the deployer cannot ask",
    `{ nixfleet.healthChecks.a = { unit = "x.service"; from = "deployer"; }; }`,
    "nixfleet.healthChecks.a.from: the deployer can ask http and tcp only",
  ],
  ["a health check's bad URL", `{ nixfleet.healthChecks.a.http.url = "localhost"; }`, "http.url"],
  [
    "a secret that is to be there before its owner",
    '{ nixfleet.secrets.db.phase = "users"; nixfleet.secrets.db.owner = "www-data"; }',
    "before accounts are made only root can own a secret",
  ],
  ["an update policy in a module", `{ nixfleet.osUpdates.mode = "manual"; }`, "set in the inventory"],
  [
    "sudo from Nix",
    `{ pkgs, ... }: { nixfleet.packages = [ (pkgs.hello // { pname = "sudo"; }) ]; }`,
    "sudo must come from the host's distribution",
  ],
  ["a changed inventory", `{ nixfleet.host.base = "debian"; }`, "read-only"],
  [
    "a module's own assertion",
    `{ nixfleet.assertions = [ { assertion = false; message = "mine"; } ]; }`,
    "nixfleet: host web-1: mine",
  ],
];

describe.skipIf(noNix !== "").each(libraries)(`evaluation refuses, with %s${noNix}`, (_, realLib) => {
  let nixSide: Evaluator;
  beforeAll(() => {
    nixSide = evaluator(realLib);
  });
  afterAll(() => nixSide?.remove());

  test.each(mistakes)("%s", async (_what, module, ...words) => {
    const message = await nixSide.refusal(module);
    for (const word of words) expect(message).toContain(word);
  });

  test("several mistakes at once, as one list that names the host", async () => {
    const message = await nixSide.refusal(`{ nixfleet.files."a".text = ""; nixfleet.users.b.uid = 0; }`);
    expect(message).toMatch(
      /^nixfleet: host web-1: 2 problems\n- nixfleet\.files\."a": .*\n- nixfleet\.users\.b\.uid: .*$/,
    );
  });

  test("a host that has no file, and roles that have none", async () => {
    const fleet = {
      files: { "hosts/web-2.nix": "{ }", "modules/nginx.nix": "{ }" },
      inventory: { hosts: { "web-1": { base: "ubuntu", roles: ["ngnix", "nginx", "../x"] } } },
    };
    const { stderr } = await nixSide.expression(`answer.hosts."web-1"`, fleet);
    expect(stderr).toContain("nixfleet: host web-1: 3 problems");
    expect(stderr).toContain("expected hosts/web-1.nix; there are web-2");
    expect(stderr).toContain("unknown role `ngnix': expected modules/ngnix.nix; there are nginx");
    expect(stderr).toContain("unknown role `../x'");
  });

  test("slips in an inventory that people write in Nix, not fields of a newer CLI", async () => {
    const written = { files: { "hosts/a.nix": "{ }" }, inventory: { hosts: { a: { base: "ubuntu", role: ["x"] } } } };
    expect((await nixSide.expression("answer.hosts.a", written)).stderr).toContain("hosts.a.role' does not exist");
    const sent = { name: "a", base: "ubuntu", system: "x86_64-linux", addresses: [], roles: [], tags: [], groups: [] };
    const newer = {
      files: written.files,
      inventory: { environment: "e", news: 1, hosts: [{ ...sent, colour: "red" }] },
    };
    expect((await nixSide.expression("answer.hosts.a.name", newer)).stdout).toBe('"a"');
  });

  test("a source that turns out to be a folder, when it is built", async () => {
    await expect(nixSide.build(file("/etc/x", "source = ./.;"))).rejects.toThrow(
      /nixfleet\.files\."\/etc\/x"\.source: .* is not a regular file/,
    );
  });
});
