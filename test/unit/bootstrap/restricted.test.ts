import { describe, expect, test } from "vitest";
import type { FreshHost } from "../../../src/domain/bootstrap/look.ts";
import { planBootstrap } from "../../../src/domain/bootstrap/plan.ts";
import type { BootstrapWishes } from "../../../src/domain/bootstrap/wishes.ts";
import { parseHostName } from "../../../src/domain/ids.ts";

const wishes: BootstrapWishes = {
  deployUser: "deploy",
  sudo: "restricted",
  host: parseHostName("web-1") as BootstrapWishes["host"],
  publicKeys: ["fleet-1:KEY"],
  loginKeys: [],
};

const prepared: FreshHost = {
  os: { id: "ubuntu", version: "24.04", pretty: "Ubuntu 24.04 LTS" },
  systemd: true,
  apt: true,
  aptIndexes: true,
  sudo: true,
  nix: "nix (Nix) 2.18.1",
  candidates: { setup: null, nix: null },
  daemon: "active",
  daemonStale: false,
  missingKeys: [],
  confFile: "/etc/nix/nix.conf",
  confProblem: null,
  account: { home: "/home/deploy", shell: "/bin/bash" },
  trustedUser: false,
  signaturesOff: false,
  nixUsers: "member",
  sudoRule: null,
  sudoEntry: true,
  otherRules: [],
  restricted: { program: true, problem: null, fleet: true, groups: ["deploy", "nix-users"] },
  hasPassword: false,
  missingLogins: [],
};

function left(more: Partial<FreshHost>): string[] | string {
  const plan = planBootstrap({ ...prepared, ...more }, wishes);
  if (!plan.ok) return plan.error.what;
  return plan.value.steps.filter(({ state }) => state === "do").map(({ name }) => name);
}

describe("a host that is to be restricted", () => {
  test("needs nothing once it has program, keys and one rule", () => {
    expect(left({})).toEqual([]);
  });

  test("gets what is missing", () => {
    const restricted = { ...prepared.restricted, program: false, fleet: false };
    expect(left({ restricted, sudoEntry: false })).toEqual(["program", "fleet", "sudo"]);
  });

  test("is not done while sudo takes anything else", () => {
    expect(left({ otherRules: ["(ALL : ALL) NOPASSWD: ALL"], sudoRule: "nopasswd" })).toEqual(["sudo"]);
  });

  test("is refused where its account is root by another way", () => {
    expect(left({ trustedUser: true })).toContain("trusted user");
    expect(left({ restricted: { ...prepared.restricted, groups: ["deploy", "docker"] } })).toContain("docker");
    expect(planBootstrap(prepared, { ...wishes, deployUser: "root" })).toMatchObject({ ok: false });
  });

  test("is refused where others may change the program", () => {
    expect(left({ restricted: { ...prepared.restricted, problem: "/usr/local is not root's alone" } })).toContain(
      "/usr",
    );
  });

  test("on NixOS gets its rule from its configuration, and the rest from us", () => {
    const nixos = { os: { id: "nixos", version: "25.05", pretty: "NixOS 25.05" } };
    expect(left({ ...nixos, restricted: { ...prepared.restricted, program: false } })).toEqual(["program"]);
    expect(left({ ...nixos, sudoEntry: false })).toContain("configuration does not restrict");
  });
});
