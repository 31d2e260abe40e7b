/** Rollouts of every shape, small enough that all their parts get in each other's way. */
import fc from "fast-check";
import { onFailurePolicies } from "../../src/domain/rollout/on-failure.ts";
import type { Pace, Rollout, Stage } from "../../src/domain/rollout/plan-rollout.ts";
import { approvalGates } from "../../src/domain/rollout/plan-rollout.ts";
import type { HostBehaviour, Simulation } from "./simulated-fleet.ts";
import { wellBehaved } from "./simulated-fleet.ts";

/** A Sunday at noon, in seconds' distance of nothing special. */
export const NOON = Date.parse("2026-06-07T12:00:00Z");
const DAY_MS = 86_400_000;

export const gentlePace: Pace = {
  maxParallel: 10,
  slowStart: false,
  soakMs: 0,
  maxFailures: 0,
  maxUnreachable: null,
  consecutiveFailures: null,
  progressDeadlineMs: null,
  approval: "none",
  onFailure: "rollback",
};

const limit = fc.option(fc.nat(3));

const pace: fc.Arbitrary<Pace> = fc.record({
  maxParallel: fc.integer({ min: 1, max: 5 }),
  slowStart: fc.boolean(),
  soakMs: fc.constantFrom(0, 20_000, 90_000),
  maxFailures: limit,
  maxUnreachable: limit,
  consecutiveFailures: fc.option(fc.integer({ min: 1, max: 3 })),
  progressDeadlineMs: fc.option(fc.constantFrom(15_000, 600_000)),
  approval: fc.constantFrom(...approvalGates),
  onFailure: fc.constantFrom(...onFailurePolicies),
});

// Any host finds a time in these, alone or together with the last; the first two are never open at once.
const calendars = [
  { windows: ["* 02:00-04:00 UTC"], blackouts: [] },
  { windows: ["Sun 11:00-12:20 UTC", "* 22:00-01:00 Europe/Berlin"], blackouts: ["2026-06-08/2026-06-09 UTC"] },
  { windows: [], blackouts: ["2026-06-07T12:02Z/2026-06-07T13:00Z"] },
];

export const rollouts: fc.Arbitrary<Rollout> = fc
  .record({
    lanes: fc.array(
      fc.record({ pace, sizes: fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }), canary: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    maxParallel: fc.integer({ min: 1, max: 8 }),
    budgets: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    bindings: fc.array(
      fc.record({
        calendars: fc.constantFrom([], [0], [1], [2], [0, 2], [1, 2]),
        budgets: fc.subarray([0, 1]),
        minutes: fc.nat(15),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    bound: fc.boolean(),
  })
  .map(({ lanes, maxParallel, budgets, bindings, bound }) => {
    const made = lanes.map((lane, index) => ({
      name: `lane-${index}`,
      pace: lane.pace,
      stages: stagesOf(`lane${index}`, lane.sizes, lane.canary),
    }));
    const order = made.flatMap((lane) => lane.stages.flatMap((stage) => stage.hosts));
    return {
      maxParallel,
      order,
      lanes: made,
      calendars,
      budgets: budgets.map((max, index) => ({ name: `group-${index}`, max, taken: 0 })),
      constraints: bound
        ? order.map((host, index) => {
            const binding = bindings[index % bindings.length]!;
            return {
              host,
              calendars: binding.calendars,
              estimateMs: binding.minutes * 60_000,
              budgets: binding.budgets.filter((budget) => budget < budgets.length),
            };
          })
        : [],
    };
  });

function stagesOf(prefix: string, sizes: readonly number[], canary: boolean): Stage[] {
  let number = 0;
  return sizes
    .map((size, index) => ({
      name: index === 0 && canary ? "canary" : `${index + 1}`,
      canary: index === 0 && canary,
      hosts: Array.from({ length: size }, () => `${prefix}-${++number}`),
    }))
    .filter((stage) => stage.hosts.length > 0);
}

const behaviour: fc.Arbitrary<HostBehaviour> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 300_000 }).map((ms) => ({ ...wellBehaved, ms })) },
  {
    weight: 2,
    arbitrary: fc.record({
      ms: fc.integer({ min: 1, max: 300_000 }),
      status: fc.constantFrom(
        "changed",
        "unchanged",
        "failed",
        "unreachable",
        "rolled_back",
        "locked",
        "stale",
        "unknown",
      ),
      healthy: fc.boolean(),
      changed: fc.boolean(),
      rollbackMs: fc.nat(60_000),
      rollbackOk: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.nat(120_000).map((sickAfterMs) => ({ ...wellBehaved, sickAfterMs })) },
);

/** Whatever hosts, people and fate may do to a rollout. At the end somebody resumes often enough, days apart. */
export const simulations: fc.Arbitrary<Simulation> = fc
  .record({
    rollout: rollouts,
    behaviours: fc.array(behaviour, { minLength: 1, maxLength: 8 }),
    patience: fc.constantFrom(0, DAY_MS, null),
    approveAfterMs: fc.option(fc.nat(60_000), { nil: undefined }),
    disturbances: fc.array(
      fc.record({
        atMs: fc.nat(3_600_000),
        does: fc.constantFrom(
          { kind: "crash" as const },
          { kind: "event" as const, event: { type: "interrupted" as const, how: "drain" as const } },
          { kind: "event" as const, event: { type: "interrupted" as const, how: "detach" as const } },
        ),
        resumeAfterMs: fc.nat(DAY_MS),
        lift: fc.constantFrom("no" as const, "continue" as const, "retry-failed" as const),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ rollout, behaviours, patience, approveAfterMs, disturbances }) => ({
    rollout,
    behaviourOf: (host: string, attempt: number) =>
      behaviours[(rollout.order.indexOf(host) + attempt - 1) % behaviours.length]!,
    beginMs: NOON,
    windowPatienceMs: patience,
    approvalPatienceMs: patience,
    ...(approveAfterMs === undefined ? {} : { approveAfterMs }),
    interventions: disturbances.flatMap(({ atMs, does, resumeAfterMs, lift }) => [
      { atMs: NOON + atMs, does },
      { atMs: NOON + atMs + resumeAfterMs, does: { kind: "event" as const, event: resumed(lift, patience) } },
    ]),
  }));

export const resumed = (lift: "no" | "continue" | "retry-failed", patience: number | null = 0) => ({
  type: "resumed" as const,
  windowPatienceMs: patience,
  approvalPatienceMs: patience,
  lift,
});
