import { describe, expect, test } from "vitest";
import { renderDiagnosis } from "../../../src/cli/render/doctor.ts";
import { plainStyle } from "../../../src/cli/render/style.ts";
import type { Finding } from "../../../src/domain/doctor/finding.ts";
import { type HostExamination, judgeHost } from "../../../src/domain/doctor/host.ts";
import { judgeMachine, type MachineExamination, type ProjectExamination } from "../../../src/domain/doctor/machine.ts";
import type { ResolvedHost } from "../../../src/domain/inventory/resolved.ts";
import { failure } from "../../../src/domain/outcome/failure.ts";
import { err, ok } from "../../../src/domain/outcome/result.ts";
import { facts } from "../../support/plan-builders.ts";

const host = {
  name: "web-1",
  base: "ubuntu",
  system: "x86_64-linux",
  hostKeys: ["ssh-ed25519 A"],
} as unknown as ResolvedHost;
const told = facts({
  system: "x86_64-linux",
  os: { id: "ubuntu", version: "24.04", codename: "noble", pretty: "Ubuntu 24.04 LTS" },
  disk: [{ mount: "/nix", freeBytes: 50e9, totalBytes: 100e9, freeInodes: 1e6 }],
  nixDaemon: "active",
  nixVersion: { kind: "known", value: "nix (Nix) 2.26.3" },
});
const healthy: HostExamination = {
  host,
  reached: ok({
    adapter: "ssh2",
    address: "10.0.1.11",
    user: "deploy",
    hostKeyFingerprint: "SHA256:abc",
    because: "nothing needs the OpenSSH client",
  }),
  facts: ok(told),
  trust: ok({ signed: "accepted", unsigned: "refused" }),
  aheadMs: 200,
};

const judged = (differs: Partial<HostExamination>, check: string): Finding | undefined =>
  judgeHost({ ...healthy, ...differs }).find((finding) => finding.check === check);
const withFacts = (differs: Parameters<typeof facts>[0]) => ({ facts: ok({ ...told, ...differs }) });

describe("a host", () => {
  test("that is well is fine in every check", () => {
    const findings = judgeHost(healthy);
    expect(findings.map(({ check }) => check)).toEqual([
      ...["connection", "host key", "sudo", "system", "nix daemon", "trust", "disk", "clock", "lock"],
    ]);
    expect(findings.every(({ state }) => state === "ok")).toBe(true);
  });

  test.each<[string, Partial<HostExamination>, string, string, string]>([
    [
      "refuses what the key signed",
      { trust: ok({ signed: "refused", unsigned: "refused" }) },
      "trust",
      "fail",
      "doctor/key-not-trusted",
    ],
    [
      "takes what nobody signed",
      { trust: ok({ signed: "accepted", unsigned: "accepted" }) },
      "trust",
      "warn",
      "doctor/unsigned-accepted",
    ],
    [
      "was not tried for want of a key",
      { trust: ok({ signed: "no-key", unsigned: "refused" }) },
      "trust",
      "warn",
      "doctor/key-untried",
    ],
    ["has no Nix", withFacts({ nixDaemon: "missing" }), "nix daemon", "fail", "plan/nix-missing"],
    [
      "has a daemon that does not run",
      withFacts({ nixDaemon: "inactive" }),
      "nix daemon",
      "fail",
      "plan/nix-daemon-down",
    ],
    [
      "is of another distribution",
      withFacts({ os: { id: "debian", version: "13", codename: "trixie", pretty: "Debian" } }),
      "system",
      "fail",
      "doctor/other-base",
    ],
    ["is of another processor", withFacts({ system: "aarch64-linux" }), "system", "fail", "doctor/other-system"],
    ["is half a minute ahead", { aheadMs: 40_000 }, "clock", "warn", "doctor/clock"],
    ["is ten minutes behind", { aheadMs: -600_000 }, "clock", "fail", "doctor/clock"],
    [
      "has a disk that is nearly full",
      withFacts({ disk: [{ mount: "/nix", freeBytes: 5e9, totalBytes: 100e9, freeInodes: 1e6 }] }),
      "disk",
      "warn",
      "doctor/disk",
    ],
    [
      "has a full disk",
      withFacts({ disk: [{ mount: "/nix", freeBytes: 1e6, totalBytes: 100e9, freeInodes: 1e6 }] }),
      "disk",
      "fail",
      "plan/no-space",
    ],
    [
      "is locked",
      withFacts({
        lock: { run: "R", owner: "ann@desk", reason: "apply", acquiredAt: 1, expiresAt: 2, expired: false },
      }),
      "lock",
      "warn",
      "plan/locked",
    ],
    ["has an activation that was cut short", withFacts({ interrupted: "R" }), "lock", "warn", "doctor/interrupted"],
  ])("that %s is told so, with what to do", (_, differs, check, state, code) => {
    expect(judged(differs, check)).toMatchObject({ state, failure: { code } });
  });

  test("that asks for a sudo password fails at sudo, and nothing behind it is guessed", () => {
    const findings = judgeHost({
      host,
      reached: healthy.reached,
      facts: err(failure("transport/sudo-needs-password", "sudo wants a password")),
    });
    expect(findings.map(({ check, state }) => [check, state])).toEqual([
      ["connection", "ok"],
      ["host key", "ok"],
      ["sudo", "fail"],
    ]);
  });

  test.each([
    ["transport/timeout", "connection"],
    ["transport/host-key-changed", "host key"],
  ] as const)("that cannot be reached because of %s fails at %s", (code, check) => {
    expect(judgeHost({ host, reached: err(failure(code, "no")) })).toMatchObject([{ check, state: "fail" }]);
  });
});

const machine: MachineExamination = {
  node: "24.1.0",
  ssh: "OpenSSH_10.0p2",
  nix: ok({ version: "nix (Nix) 2.26.3", path: "/usr/bin/nix" }),
  key: ok({ file: "/k", key: { name: "fleet-1", publicKey: "fleet-1:KEY" } }),
};
const project: ProjectExamination = {
  inventory: { file: "inventory/prod.yaml", hosts: [host], fleet: { publicKeys: ["fleet-1:KEY"] } } as never,
  warnings: [],
  source: ok({ reference: "git+file:///fleet", dirty: false, warnings: [] }),
};

describe("this machine", () => {
  test("is fine when everything is there", () => {
    expect(judgeMachine(machine, ok(project)).map(({ check, state }) => `${check} ${state}`)).toEqual([
      ...["node ok", "ssh ok", "nix ok", "signing key ok", "inventory ok", "flake ok"],
    ]);
  });

  test("is judged also where there is no project, with every mistake of the inventory", () => {
    const reasons = [failure("inventory/bad-value", "a"), failure("inventory/bad-value", "b")];
    const findings = judgeMachine(machine, err(reasons)).filter(({ state }) => state === "fail");
    expect(findings).toHaveLength(2);
  });

  test.each<[string, Partial<MachineExamination>, string]>([
    ["an old Node", { node: "22.9.0" }, "doctor/node-too-old"],
    ["no ssh", { ssh: undefined }, "doctor/no-ssh"],
    ["no Nix", { nix: err(failure("nix/missing", "no")) }, "nix/missing"],
    ["a key that others may read", { key: err(failure("nix/key-invalid", "no")) }, "nix/key-invalid"],
  ])("with %s fails", (_, differs, code) => {
    const failed = judgeMachine({ ...machine, ...differs }, ok(project)).filter(({ state }) => state === "fail");
    expect(failed).toMatchObject([{ failure: { code } }]);
  });

  test("with another key than the fleet's is warned", () => {
    const other = { ...project, inventory: { ...project.inventory, fleet: { publicKeys: ["other-1:KEY"] } } as never };
    expect(judgeMachine(machine, ok(other)).find(({ state }) => state === "warn")).toMatchObject({
      failure: { code: "doctor/key-not-named" },
    });
  });
});

describe("a diagnosis on screen", () => {
  const view = { style: plainStyle, width: 80, verbosity: 0 };
  const wrong = failure("doctor/key-not-trusted", "web-2 refuses it", { next: "nixfleet bootstrap web-2" });
  const diagnosis = {
    machine: [],
    hosts: ["web-1", "web-2", "web-3"].map((name) => ({
      name,
      findings: [
        { check: "connection", state: "ok" as const, what: "ssh2", detail: `10.0.0.${name.at(-1)}` },
        ...(name === "web-1"
          ? []
          : [
              {
                check: "trust",
                state: "fail" as const,
                failure: JSON.parse(JSON.stringify(wrong).replaceAll("web-2", name)),
              },
            ]),
      ],
    })),
  };

  test("says equal things once, for all hosts that have them in common", () => {
    expect(renderDiagnosis(diagnosis, view)).toBe(
      [
        "3 hosts",
        "  ok    connection   web-[1-3]: ssh2",
        "  fail  trust        web-[2-3]: web-2 refuses it",
        "                     next      nixfleet bootstrap web-2",
        "",
        "2 failed, 3 ok",
        "",
      ].join("\n"),
    );
  });

  test("shows what only one host has to those who ask, and only trouble to those who want quiet", () => {
    expect(renderDiagnosis(diagnosis, { ...view, verbosity: 1 })).toContain("web-3: ssh2 (10.0.0.3)");
    expect(renderDiagnosis(diagnosis, { ...view, verbosity: -1 })).not.toContain("connection");
  });
});
