import { describe, expect, test } from "vitest";
import { inventoryForNix } from "../../../src/domain/inventory/for-nix.ts";
import { hostOf, inventoryOf, readInventoryText } from "../../support/inventory.ts";

const fleet = `
fleet:
  signingKey: ~/.config/nixfleet/key
  publicKeys: fleet-1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
defaults: { user: deploy }
groups:
  web: { hosts: ["web-[1-9]"], children: [edge] }
  edge: { hosts: [edge-1] }
  empty: { hosts: ["none-*"] }
hosts:
  web-1: { base: ubuntu, addr: [10.0.1.11, "2001:db8::11"], identityFile: keys/web, rollout: canary }
  edge-1: { base: debian, addr: edge-1.example, hostKeys: ssh-ed25519 AAAAC3Nz edge }
  gpu-1: { base: nixos, addr: 10.0.9.50, osUpdates: { nixos: { autoSwitch: true } }, flakeAttr: nixosConfigurations.gpu-1 }
  here: { base: ubuntu, transport: local }
rollouts:
  canary: { stages: [1, 10%, 100%], soak: 1h30m }
  plain: {}
tasks:
  rotate-logs: { run: "logrotate -f /etc/logrotate.conf", sudo: true, timeout: 2m }
  disk: { run: df }
`;

describe("a resolved inventory", () => {
  const inventory = inventoryOf(fleet);

  test("keeps the order of the file", () => {
    expect(inventory.hosts.map((host) => host.name)).toEqual(["web-1", "edge-1", "gpu-1", "here"]);
  });

  test("has automatic groups for all hosts and each base, and members through children", () => {
    const members = Object.fromEntries([...inventory.groups].map(([name, group]) => [name, group.hosts]));
    expect(members).toEqual({
      all: ["web-1", "edge-1", "gpu-1", "here"],
      ubuntu: ["web-1", "here"],
      debian: ["edge-1"],
      nixos: ["gpu-1"],
      web: ["web-1", "edge-1"],
      edge: ["edge-1"],
      empty: [],
    });
    expect([...inventory.groups.values()].filter((group) => group.automatic).map((group) => group.name)).toEqual([
      "all",
      "ubuntu",
      "debian",
      "nixos",
    ]);
  });

  test("makes single values lists, and paths absolute", () => {
    expect(hostOf(inventory, "web-1")).toMatchObject({
      addresses: ["10.0.1.11", "2001:db8::11"],
      identityFile: "/fleet/keys/web",
    });
    expect(hostOf(inventory, "edge-1").hostKeys).toEqual(["ssh-ed25519 AAAAC3Nz edge"]);
    expect(inventory.fleet).toEqual({
      flake: "/fleet",
      signingKey: "/home/ann/.config/nixfleet/key",
      publicKeys: ["fleet-1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],
      blackouts: [],
      hooks: {},
    });
  });

  test("reaches this very machine without an address", () => {
    expect(hostOf(inventory, "here")).toMatchObject({ transport: "local", addresses: ["localhost"] });
  });

  test("fills in the defaults of rollouts and tasks, with durations in milliseconds", () => {
    expect(inventory.rollouts.get("canary")).toEqual({
      stages: [{ count: 1 }, { percent: 10 }, { percent: 100 }],
      canary: { kind: "auto" },
      soakMs: 5_400_000,
      maxParallel: { count: 10 },
      slowStart: false,
      maxFailures: { count: 0 },
      maxUnreachable: { percent: 10 },
      consecutiveFailures: null,
      progressDeadlineMs: null,
      approval: "none",
      onFailure: "rollback",
      windows: [],
      blackouts: [],
    });
    expect(inventory.rollouts.get("plain")).toMatchObject({ stages: [{ percent: 100 }], canary: { kind: "none" } });
    expect(inventory.tasks.get("rotate-logs")).toEqual({
      run: "logrotate -f /etc/logrotate.conf",
      sudo: true,
      timeoutMs: 120_000,
    });
    expect(inventory.tasks.get("disk")).toEqual({ run: "df", sudo: false, timeoutMs: 60_000 });
  });

  test("ends every rollout with all hosts", () => {
    const stages = inventoryOf(
      "hosts: { a: { base: nixos, addr: a } }\nrollouts: { some: { stages: [1, 50%] } }",
    ).rollouts.get("some");
    expect(stages?.stages).toEqual([{ count: 1 }, { percent: 50 }, { percent: 100 }]);
  });

  test("knows the updates of the host's own base only", () => {
    expect(hostOf(inventory, "gpu-1").osUpdates).toEqual({
      nixos: { autoSwitch: true, autoReboot: false, rebootWindow: [] },
    });
    expect(Object.keys(hostOf(inventory, "edge-1").osUpdates)).toEqual(["ubuntu"]);
  });

  test("writes windows with their zone", () => {
    const text =
      'hosts: { a: { base: ubuntu, addr: a, osUpdates: { ubuntu: { rebootWindow: ["sat,Sun 22:00-02:00", "Mon..Fri 01:00-02:00 Europe/Berlin"] } } } }';
    expect(hostOf(inventoryOf(text), "a").osUpdates.ubuntu?.rebootWindow).toEqual([
      "Sat,Sun 22:00-02:00 UTC",
      "Mon..Fri 01:00-02:00 Europe/Berlin",
    ]);
  });

  test("takes a hook as a command alone", () => {
    const text =
      "hosts: { a: { base: ubuntu, addr: a, hooks: { preReboot: [drain, { run: undrain, where: local, timeout: 10s, onFailure: warn }] } } }";
    expect(hostOf(inventoryOf(text), "a").hooks).toEqual({
      preReboot: [
        { run: "drain", where: "remote", timeoutMs: 300_000, onFailure: "fail" },
        { run: "undrain", where: "local", timeoutMs: 10_000, onFailure: "warn" },
      ],
    });
  });

  test("reads anchors, aliases and merge keys of YAML", () => {
    const text = `
hosts:
  web-1: &web { base: ubuntu, addr: 10.0.1.11, tags: &tags [eu] }
  web-2: { <<: *web, addr: 10.0.1.12 }
  web-3: { base: debian, addr: 10.0.1.13, tags: *tags }
`;
    const read = inventoryOf(text);
    expect(hostOf(read, "web-2")).toMatchObject({ base: "ubuntu", addresses: ["10.0.1.12"], tags: ["eu"] });
    expect(hostOf(read, "web-3").tags).toEqual(["eu"]);
  });

  test("refuses aliases that blow up", () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(", ")}]`,
    );
    const text = `hosts: { a: { base: nixos, addr: a, vars: { a0: &a0 [x], ${levels.join(", ")} } } }`;
    expect(readInventoryText(text).failures.map(({ what }) => what)).toContain(
      "the alias *a6 makes the inventory too large",
    );
  });
});

describe("what evaluation sees", () => {
  const json = inventoryForNix(inventoryOf(fleet));

  test("is what the evaluation contract lists, and says nothing of how to log in", () => {
    const first = JSON.parse(json).hosts[0];
    expect(Object.keys(first).sort()).toEqual([
      "addresses",
      "base",
      "groups",
      "name",
      "osUpdates",
      "roles",
      "system",
      "tags",
      "vars",
    ]);
    for (const secret of ["deploy", "keys/web", "signing", "hostKeys", "AAAAC3Nz", "canary"])
      expect(json).not.toContain(secret);
  });

  test("has one digest for one meaning", () => {
    const digest = (text: string) => inventoryOf(text).digest;
    expect(digest(fleet.replace("{ user: deploy }", "{ user: root }"))).toBe(digest(fleet));
    expect(digest(fleet.replace("soak: 1h30m", "soak: 90m"))).toBe(digest(fleet));
    expect(digest(fleet.replace("base: debian", "base: ubuntu"))).not.toBe(digest(fleet));
    expect(digest(fleet.replace("edge: { hosts: [edge-1] }", "edge: { hosts: [edge-1], tags: [x] }"))).not.toBe(
      digest(fleet),
    );
  });
});
