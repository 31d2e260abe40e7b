import { describe, expect, test } from "vitest";
import { assembleRollout } from "../../../src/domain/rollout/assemble-rollout.ts";
import type { Rollout } from "../../../src/domain/rollout/plan-rollout.ts";
import { verifyRollout } from "../../../src/domain/rollout/verify-rollout.ts";
import { inventoryOf } from "../../support/inventory.ts";
import { hostsFor } from "../../support/rollout-hosts.ts";

const inventory = inventoryOf(`
hosts:
  web-1: { base: ubuntu, addr: 10.0.1.11, rollout: careful, tags: [canary] }
  web-2: { base: ubuntu, addr: 10.0.1.12, rollout: careful }
rollouts:
  careful: { stages: [1], windows: "* 02:00-04:00 UTC" }
`);
const good = (): Rollout => structuredClone(assembleRollout(hostsFor(inventory).hosts));
const lanes = (change: (lane: Rollout["lanes"][number]) => Rollout["lanes"][number]): Rollout => ({
  ...good(),
  lanes: good().lanes.map(change),
});

describe("the linter for rollouts", () => {
  test("finds nothing in what was assembled", () => {
    expect(verifyRollout(good())).toEqual([]);
  });

  const mistakes: readonly (readonly [string, Rollout])[] = [
    ["the order of the rollout names a host twice", { ...good(), order: ["web-1", "web-2", "web-1"] }],
    ["web-2 is in a stage, but not in the order of the rollout", { ...good(), order: ["web-1"] }],
    ["web-3 is in no stage", { ...good(), order: [...good().order, "web-3"] }],
    ["a host is in two stages", lanes((lane) => ({ ...lane, stages: [...lane.stages, ...lane.stages.slice(0, 1)] }))],
    ["the canaries of careful do not come first", lanes((lane) => ({ ...lane, stages: lane.stages.toReversed() }))],
    ["two lanes have one name", { ...good(), lanes: [...good().lanes, { ...good().lanes[0]!, stages: [] }] }],
    ['"Sun" is no window', { ...good(), calendars: [{ windows: ["Sun"], blackouts: [] }] }],
    ['"Christmas" is no blackout', { ...good(), calendars: [{ windows: [], blackouts: ["Christmas"] }] }],
    ["web-1 is bound to a calendar that is not there", { ...good(), calendars: [] }],
    [
      "web-1 is bound to a budget that is not there",
      { ...good(), constraints: good().constraints.map((constraint) => ({ ...constraint, budgets: [0] })) },
    ],
    [
      "db-1 is bound, but not in the rollout",
      { ...good(), constraints: [{ host: "db-1", calendars: [], budgets: [], estimateMs: 0 }] },
    ],
  ];

  test.each(mistakes)("finds that %s", (finding, rollout) => {
    expect(verifyRollout(rollout)).toContain(finding);
  });
});
