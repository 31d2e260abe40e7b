import { describe, expect, test } from "vitest";
import { emptySimulation } from "../../../src/domain/apt/simulation.ts";
import type { HostUpdates } from "../../../src/domain/apt/updates.ts";
import { repairsSomething, updateObstacle } from "../../../src/domain/os-update/obstacles.ts";
import type { UpdatePolicy } from "../../../src/domain/os-update/policy.ts";
import { updateNotes } from "../../../src/domain/os-update/update-notes.ts";

const updates = (over: Partial<HostUpdates> = {}): HostUpdates => ({
  aptVersion: "2.8",
  staleIndexes: null,
  broken: [],
  interrupted: false,
  lockHolders: [],
  chosen: emptySimulation,
  security: emptySimulation,
  own: emptySimulation,
  phased: emptySimulation,
  all: emptySimulation,
  packages: new Map(),
  held: [],
  space: [],
  downloadBytes: 0,
  shutdownScheduled: false,
  inhibitors: [],
  unattended: null,
  oldCode: [],
  summary: { pending: 0, security: 0, keptBack: 0 },
  ...over,
});
const policy: UpdatePolicy = {
  selection: "security",
  holds: [],
  pins: {},
  phasing: "always",
  repair: "never",
  staleIndexes: "fail",
  reboot: "never",
  maxManifestAgeMs: 1,
  removeOldKernels: false,
};
const installing = (name: string) => ({
  installs: [{ name, from: "1", to: "2", origins: [], arch: "amd64" }],
  removals: [],
});

describe("what people should know of an update", () => {
  test("is nothing where all is plain", () => {
    expect(updateNotes(updates({ chosen: installing("nginx") }))).toEqual([]);
    expect(updateObstacle(updates({ chosen: installing("nginx") }), policy)).toBeUndefined();
  });

  test("names the packages through which the host is reached, and who holds up a reboot", () => {
    expect(updateNotes(updates({ chosen: installing("openssh-server"), inhibitors: ["backup"] }))).toEqual([
      "the way to the host is updated, too (openssh-server): the update goes on without it",
      "a reboot is inhibited right now by backup",
    ]);
  });
});

describe("what forbids an update", () => {
  test("is a shutdown that somebody has scheduled, which would cut it off", () => {
    expect(updateObstacle(updates({ shutdownScheduled: true }), policy)?.code).toBe("os/blocked");
  });

  test("is something half installed, unless it is to be repaired: then that alone is worth a run", () => {
    const half = updates({ broken: ["nginx half-configured"] });
    expect(updateObstacle(half, policy)?.code).toBe("os/broken-packages");
    expect(updateObstacle(half, { ...policy, repair: "configure" })).toBeUndefined();
    expect([repairsSomething(half, policy), repairsSomething(half, { ...policy, repair: "fix" })]).toEqual([
      false,
      true,
    ]);
    expect(repairsSomething(updates(), { ...policy, repair: "fix" })).toBe(false);
  });
});
