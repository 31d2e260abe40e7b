import { describe, expect, test } from "vitest";
import type { FreshHost } from "../../../src/domain/bootstrap/look.ts";
import { planBootstrap } from "../../../src/domain/bootstrap/plan.ts";
import type { BootstrapWishes } from "../../../src/domain/bootstrap/wishes.ts";
import { parseHostName } from "../../../src/domain/ids.ts";

const wishes: BootstrapWishes = {
  deployUser: "deploy",
  sudo: "nopasswd",
  host: parseHostName("web-1") as BootstrapWishes["host"],
  publicKeys: ["fleet-1:KEY"],
  loginKeys: ["ssh-ed25519 AAAA"],
};

const fresh: FreshHost = {
  os: { id: "ubuntu", version: "24.04", pretty: "Ubuntu 24.04 LTS" },
  systemd: true,
  apt: true,
  aptIndexes: true,
  sudo: true,
  nix: null,
  candidates: { setup: "2.18.1", nix: "2.18.1+dfsg-1" },
  daemon: "missing",
  daemonStale: false,
  missingKeys: [],
  confFile: null,
  confProblem: null,
  account: null,
  trustedUser: false,
  signaturesOff: false,
  nixUsers: "none",
  sudoRule: null,
  sudoEntry: false,
  otherRules: [],
  restricted: { program: false, problem: null, fleet: false, groups: ["deploy", "nix-users"] },
  hasPassword: true,
  missingLogins: [],
};

const prepared: FreshHost = {
  ...fresh,
  nix: "nix (Nix) 2.18.1",
  daemon: "active",
  confFile: "/etc/nix/nix.conf",
  account: { home: "/home/deploy", shell: "/bin/bash" },
  nixUsers: "member",
  sudoRule: "nopasswd",
};

function stepsOf(host: FreshHost, more: Partial<BootstrapWishes> = {}) {
  const plan = planBootstrap(host, { ...wishes, ...more });
  if (!plan.ok) throw new Error(plan.error.what);
  return plan.value;
}
const todo = (host: FreshHost, more: Partial<BootstrapWishes> = {}) =>
  stepsOf(host, more).steps.flatMap(({ name, state }) => (state === "do" ? [name] : []));

describe("a fresh host", () => {
  test("gets everything, in an order in which each step finds what it needs", () => {
    expect(todo(fresh)).toEqual(["packages", "daemon", "keys", "restart", "account", "group", "sudo", "login"]);
  });

  test("gets sudo as well where it lacks that", () => {
    expect(stepsOf({ ...fresh, sudo: false }).steps[0]?.what).toBe("install sudo and nix-setup-systemd 2.18.1");
  });

  test("without package lists is not judged by what apt does not know yet", () => {
    const host = { ...fresh, aptIndexes: false, candidates: { setup: null, nix: null } };
    expect(stepsOf(host).steps[0]).toMatchObject({ state: "do", what: expect.stringContaining("package lists") });
  });

  test("that is deployed to as root needs no account, group or rule", () => {
    expect(todo(fresh, { deployUser: "root" })).toEqual(["packages", "daemon", "keys", "restart", "login"]);
  });
});

describe("a prepared host", () => {
  test("is left alone", () => {
    expect(todo(prepared)).toEqual([]);
  });

  test.each<[string, Partial<FreshHost>, string[]]>([
    ["does not trust the key", { missingKeys: ["fleet-1:KEY"] }, ["keys", "restart"]],
    ["runs its daemon with an older configuration", { daemonStale: true }, ["restart"]],
    ["has a closed socket", { daemon: "inactive" }, ["daemon"]],
    ["keeps the account from the daemon", { nixUsers: "stranger" }, ["group"]],
    ["lets nobody in", { missingLogins: ["ssh-ed25519 AAAA"] }, ["login"]],
    ["asks for a password", { sudoRule: "password" }, ["sudo"]],
    ["has only the commands of Nix", { daemon: "missing", nixUsers: "none" }, ["packages", "daemon", "group"]],
  ])("that %s gets exactly that", (_, differs, steps) => {
    expect(todo({ ...prepared, ...differs })).toEqual(steps);
  });

  test("of an installer without the group nix-users needs none", () => {
    expect(todo({ ...prepared, nixUsers: "none" })).toEqual([]);
  });

  test("keeps a rule that goes further than was asked for, and says so", () => {
    const { steps, notes } = stepsOf(prepared, { sudo: "password" });
    expect(steps.every(({ state }) => state === "there")).toBe(true);
    expect(notes).toEqual([expect.stringContaining("takes nothing away")]);
  });

  test("whose daemon believes the account anyway, or asks for no signatures, is told about", () => {
    expect(stepsOf({ ...prepared, trustedUser: true, signaturesOff: true }).notes).toEqual([
      expect.stringContaining("as good as root"),
      expect.stringContaining("require-sigs is off"),
    ]);
  });

  test("whose sudo will ask an account without a password is told about", () => {
    const host = { ...prepared, sudoRule: null, hasPassword: false };
    expect(stepsOf(host, { sudo: "password" }).notes).toEqual([expect.stringContaining("passwd deploy")]);
  });
});

describe("a host that cannot be prepared", () => {
  test.each<[string, Partial<FreshHost>, string]>([
    ["it runs NixOS", { os: { id: "nixos", version: "25.05", pretty: "NixOS" } }, "bootstrap/unsupported"],
    ["systemd is not its first process", { systemd: false }, "bootstrap/unsupported"],
    ["it has neither apt nor Nix", { apt: false }, "bootstrap/unsupported"],
    ["its nix.conf is generated", { confProblem: "/etc/nix/nix.conf is generated" }, "bootstrap/unsupported"],
    ["its distribution has no Nix", { candidates: { setup: null, nix: null } }, "bootstrap/no-nix"],
    ["its distribution's Nix is too old", { candidates: { setup: "2.6.0", nix: "2.6.0+dfsg-3" } }, "bootstrap/no-nix"],
    ["its own Nix is too old", { nix: "nix (Nix) 2.3.7" }, "bootstrap/no-nix"],
  ])("since %s is refused with what to do", (_, differs, code) => {
    expect(planBootstrap({ ...fresh, ...differs }, wishes)).toMatchObject({ ok: false, error: { code } });
  });

  test("for want of a package names the official installer, and universe on Ubuntu", () => {
    const refused = planBootstrap({ ...fresh, candidates: { setup: null, nix: null } }, wishes);
    expect(refused).toMatchObject({ error: { next: expect.stringMatching(/universe.*official installer/) } });
  });
});
