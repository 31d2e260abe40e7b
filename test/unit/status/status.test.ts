import { describe, expect, test } from "vitest";
import { renderStatus } from "../../../src/cli/render/status.ts";
import { plainStyle } from "../../../src/cli/render/style.ts";
import type { Generation } from "../../../src/domain/ids.ts";
import type { HostFacts, HostState } from "../../../src/domain/observation/facts.ts";
import { failure } from "../../../src/domain/outcome/failure.ts";
import { err, ok } from "../../../src/domain/outcome/result.ts";
import { assembleStatus, type StatusInput } from "../../../src/domain/status/assemble-status.ts";
import { statusSchema } from "../../../src/domain/status/status.ts";
import { verdictOf } from "../../../src/domain/status/verdict.ts";
import { facts, freshFacts, host, ownedFile, ownedUnit, sha, store } from "../../support/plan-builders.ts";

const nowMs = Date.UTC(2027, 0, 15, 8, 0, 0);
const GIB = 1024 ** 3;

const applied = (appliedAt: string): HostState => ({
  format: 1,
  system: store("1", "web"),
  generation: 41,
  manifestSha256: sha("a"),
  appliedAt,
  appliedBy: "ann@desk",
  revision: "1a2b3c4d",
  run: "01J",
});

function input(name: string, over: Partial<HostFacts> = {}, more: Partial<StatusInput> = {}): StatusInput {
  const state = applied("2027-01-13T08:00:00Z");
  const observed = ok(facts({ generation: 41 as Generation, state, units: [ownedUnit("nginx.service")], ...over }));
  return { host: { name: host(name), base: "ubuntu" }, observed, ...more };
}

const lost = (name: string): StatusInput => ({
  host: { name: host(name), base: "debian" },
  observed: err(failure("transport/refused", "the host refused the connection", { next: "check that sshd listens" })),
});

const broken: StatusInput = {
  host: { name: host("vault-1"), base: "debian" },
  observed: err(failure("transport/host-key-changed", "the host key changed")),
};

const fleet: readonly StatusInput[] = [
  input("web-1", {}, { desired: store("1", "web") }),
  input("web-2"),
  input("web-3", { files: [ownedFile("/etc/motd", { currentSha256: sha("e") })] }),
  input("web-4", {
    units: [ownedUnit("nginx.service", { active: "failed", enabled: "disabled" })],
    failedUnits: { kind: "known", value: ["nginx.service"] },
  }),
  input("web-5", {}, { desired: store("2", "web") }),
  input("db-1", {
    reboot: { needed: "yes", reasons: ["kernel 6.8.0-45 is installed, 6.8.0-40 runs"] },
    disk: [{ mount: "/nix", freeBytes: GIB, freeInodes: 1000, totalBytes: 40 * GIB }],
    lock: {
      run: "01J",
      owner: "bob@ci",
      reason: "apply",
      acquiredAt: 1_800_000_000,
      expiresAt: 1_800_000_600,
      expired: false,
    },
  }),
  lost("edge-7"),
  lost("edge-8"),
  broken,
  { host: { name: host("new-1"), base: "ubuntu" }, observed: ok(freshFacts()) },
];

describe("the status", () => {
  const status = assembleStatus(fleet, nowMs);
  const of = (name: string) => status.hosts.find((each) => each.name === name)!;

  test("has the published shape, to the last field", () => {
    expect(statusSchema.parse(JSON.parse(JSON.stringify(status)))).toEqual(JSON.parse(JSON.stringify(status)));
  });

  test.each([
    ["web-1", "ok"],
    ["web-2", "ok"],
    ["web-3", "drifted"],
    ["web-4", "unhealthy"],
    ["web-5", "outdated"],
    ["db-1", "locked"],
    ["edge-7", "unreachable"],
    ["vault-1", "failed"],
    ["new-1", "unmanaged"],
  ])("of %s is %s", (name, verdict) => {
    expect(verdictOf(of(name))).toBe(verdict);
  });

  test("tells age, who, what and whether it is up to date", () => {
    expect(of("web-1")).toMatchObject({ ageDays: 2, appliedBy: "ann@desk", generation: 41, upToDate: true });
    expect(of("web-2").upToDate).toBeNull();
    expect(of("web-5").upToDate).toBe(false);
    expect(of("new-1")).toMatchObject({ system: null, ageDays: null, generation: 0 });
  });

  test("credits nobody with what somebody else made live, and says so", () => {
    const status = assembleStatus(
      [input("web-1", { live: store("9", "by-hand"), committed: store("9", "by-hand") })],
      nowMs,
    );
    expect(status.hosts[0]).toMatchObject({ system: store("9", "by-hand"), appliedAt: null, ageDays: null });
    const view = { style: plainStyle, width: 100, verbosity: 0 };
    expect(renderStatus(status, view)).toMatch(
      /web-1 +unmanaged .*\n\nweb-1\n {2}what runs was not applied by nixfleet\n/,
    );
  });

  test("takes a clock that runs ahead for no age, not for a negative one", () => {
    const ahead = assembleStatus([input("web-1", { state: applied("2027-01-16T08:00:00Z") })], nowMs);
    expect(ahead.hosts[0]?.ageDays).toBe(0);
  });

  test("ages a reboot that NixOS owes from the generation that asks for it", () => {
    const at = Date.UTC(2027, 0, 12, 8, 0, 0) / 1000;
    const owing: Partial<HostFacts> = {
      os: { id: "nixos", version: "25.11", codename: "", pretty: "NixOS" },
      reboot: { needed: "yes", reasons: ["kernel"] },
      generations: [{ generation: 41 as Generation, system: store("1", "web"), at }],
    };
    const debt = (over: Partial<HostFacts>) => assembleStatus([input("web-1", over)], nowMs).hosts[0]?.rebootDebt;
    expect(debt(owing)).toEqual({ since: "2027-01-12T08:00:00.000Z", days: 3 });
    expect(debt({ ...owing, reboot: { needed: "no", reasons: [] } })).toBeNull();
  });

  test("lists every kind of drift", () => {
    const drifted = input("web-1", {
      files: [
        ownedFile("/a", { currentSha256: sha("e") }),
        ownedFile("/b", { currentSha256: "missing" }),
        ownedFile("/c", { currentMode: "0777 root root" }),
      ],
      units: [
        ownedUnit("d.service", { currentSha256: sha("e") }),
        ownedUnit("e.service", { currentSha256: "missing" }),
        ownedUnit("f.service", { active: "inactive" }),
        ownedUnit("g.service", { enabled: "disabled" }),
        ownedUnit("h.service", { active: "exited" }),
      ],
    });
    const kinds = assembleStatus([drifted], nowMs).hosts[0]?.drift.map((each) => `${each.path} ${each.kind}`);
    expect(kinds).toEqual([
      "/a edited",
      "/b missing",
      "/c mode",
      "d.service unit-edited",
      "e.service unit-missing",
      "f.service unit-stopped",
      "g.service unit-disabled",
    ]);
  });

  test("does not take failed units that could not be listed for none", () => {
    const asked = assembleStatus([input("web-1", { failedUnits: { kind: "unknown", reason: "no systemd" } })], nowMs);
    expect(asked.hosts[0]?.health).toContainEqual({ name: "failed units", state: "unknown", reason: "no systemd" });
  });
});

describe("the status for people", () => {
  const show = (inputs: readonly StatusInput[], over = {}): string =>
    renderStatus(assembleStatus(inputs, nowMs), { style: plainStyle, width: 80, verbosity: 0, ...over });

  test("shows trouble first, and why", async () => {
    await expect(show(fleet)).toMatchFileSnapshot("../golden/status.txt");
  });

  test("says one line about many healthy hosts, and lists them with -v", () => {
    const many = Array.from({ length: 400 }, (_, index) => input(`web-${index + 1}`));
    expect(show([...many, lost("edge-7")]).split("\n").length).toBeLessThan(12);
    expect(show(many)).toContain("web-[1-400]: ok");
    expect(show(many, { verbosity: 1 }).split("\n").length).toBeGreaterThan(400);
  });

  test("of nothing says so", () => {
    expect(show([])).toBe("0 hosts: nothing selected\n");
  });
});
