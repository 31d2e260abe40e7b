/**
 * How much processor time the rollout machine takes for ten thousand hosts: node bench/rollout-machine.ts [HOSTS]
 *
 * Each case is a whole rollout: three events a host at most, in the order in which a fleet of that size would send them.
 */

import type { JournalEntry } from "../src/domain/rollout/event.ts";
import { next, replay, start } from "../src/domain/rollout/machine.ts";
import type { Pace, Rollout } from "../src/domain/rollout/plan-rollout.ts";
import type { HostBehaviour } from "../test/support/simulated-fleet.ts";
import { simulate, wellBehaved } from "../test/support/simulated-fleet.ts";

const hosts = Number(process.argv[2] ?? 10_000);
const order = Array.from({ length: hosts }, (_, index) => `host-${index + 1}`);

const pace: Pace = {
  maxParallel: Math.max(1, Math.floor(hosts / 20)),
  slowStart: true,
  soakMs: 120_000,
  maxFailures: null,
  maxUnreachable: null,
  consecutiveFailures: null,
  progressDeadlineMs: 3_600_000,
  approval: "none",
  onFailure: "rollback",
};

function rollout(change: Partial<Pace> = {}, bound = false): Rollout {
  const at = (from: number, to: number) => order.slice(Math.ceil(from * hosts), Math.ceil(to * hosts));
  const stages = [
    { name: "canary", canary: true, hosts: at(0, 0.001) },
    { name: "10%", canary: false, hosts: at(0.001, 0.1) },
    { name: "all", canary: false, hosts: at(0.1, 1) },
  ];
  return {
    maxParallel: pace.maxParallel,
    order,
    lanes: [{ name: "bench", pace: { ...pace, ...change }, stages: stages.filter((stage) => stage.hosts.length > 0) }],
    calendars: [
      { windows: ["* 22:00-06:00 Europe/Berlin"], blackouts: [] },
      { windows: ["* 00:00-24:00 UTC"], blackouts: ["2026-12-24/2026-12-26 UTC"] },
    ],
    budgets: Array.from({ length: 20 }, (_, index) => ({ name: `group-${index}`, max: 20, taken: 0 })),
    constraints: bound
      ? order.map((host, index) => ({ host, calendars: [index % 2], estimateMs: 300_000, budgets: [index % 20] }))
      : [],
  };
}

const canaries = new Set(rollout().lanes.flatMap((lane) => lane.stages[0]?.hosts ?? []));
const failing: HostBehaviour = { ...wellBehaved, status: "failed", healthy: false };
const cases: readonly (readonly [string, Rollout, (host: string) => HostBehaviour])[] = [
  ["healthy", rollout(), () => wellBehaved],
  ["windows, 20 budgets", rollout({}, true), () => wellBehaved],
  ["every tenth fails", rollout(), (host) => (host.endsWith("5") && !canaries.has(host) ? failing : wellBehaved)],
  [
    "all rolled back",
    rollout({ maxFailures: 0, onFailure: "rollback-all" }),
    (host) => (host === order.at(-2) ? failing : wellBehaved),
  ],
];

console.log(`${hosts} hosts, processor time of the machine alone`);
for (const [name, plan, behaviourOf] of cases) {
  const { journal } = simulate({
    rollout: plan,
    behaviourOf,
    beginMs: Date.parse("2026-06-07T21:00Z"),
    windowPatienceMs: null,
  });
  // Once to warm up, then what counts: deciding everything anew from the same events, as a resume does.
  replay(plan, journal);
  const [total, slowest] = timed(plan, journal);
  const micros = ((total * 1000) / journal.length).toFixed(1);
  console.log(
    `${name.padEnd(20)} ${String(journal.length).padStart(6)} events  ${total.toFixed(0).padStart(5)} ms  ${micros.padStart(5)} µs each  slowest ${slowest.toFixed(1)} ms`,
  );
}

function timed(plan: Rollout, journal: readonly JournalEntry[]): readonly [number, number] {
  const before = process.cpuUsage();
  let state = start(plan);
  let slowest = 0;
  for (const { event, at } of journal) {
    const begun = performance.now();
    state = next(state, event, at).state;
    slowest = Math.max(slowest, performance.now() - begun);
  }
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, slowest];
}
