import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { elementOf } from "../../src/domain/rollout/blocks.ts";
import type { RolloutCommand } from "../../src/domain/rollout/command.ts";
import { rolloutEventSchema } from "../../src/domain/rollout/event.ts";
import { indexOf } from "../../src/domain/rollout/fleet-index.ts";
import { replay } from "../../src/domain/rollout/machine.ts";
import type { Rollout } from "../../src/domain/rollout/plan-rollout.ts";
import { rolloutSchema } from "../../src/domain/rollout/plan-rollout.ts";
import type { RolloutState } from "../../src/domain/rollout/state.ts";
import { verifyRollout } from "../../src/domain/rollout/verify-rollout.ts";
import { closesAt } from "../../src/domain/windows/calendar.ts";
import { NOON, rollouts, simulations } from "../support/arbitrary-rollout.ts";
import { type Simulation, type SimulationEnd, simulate, wellBehaved } from "../support/simulated-fleet.ts";

const runs = { numRuns: 200 };
// Finding a counterexample's smallest form takes longer than finding none.
vi.setConfig({ testTimeout: 120_000 });
const phaseOf = (state: RolloutState, host: string) => elementOf(state.hosts, state.rollout.order.indexOf(host)).phase;
const phases = (state: RolloutState) => state.rollout.order.map((host) => phaseOf(state, host));
const laneOf = (rollout: Rollout, host: string) =>
  rollout.lanes.find((lane) => lane.stages.some((stage) => stage.hosts.includes(host)))!;
const constraintOf = (rollout: Rollout, host: string) => rollout.constraints.find((it) => it.host === host);

interface Moment {
  readonly command: Extract<RolloutCommand, { host: string }>;
  readonly state: RolloutState;
  readonly atMs: number;
  /** Hosts at work, counted from commands and reports alone. */
  readonly atWork: ReadonlySet<string>;
  readonly unwell: ReadonlySet<string>;
  readonly lifted: boolean;
}

/** Follows a simulation apart from the machine's own counts, and shows each start and rollback as it is told. */
function follow(simulation: Simulation, see: (moment: Moment) => void): SimulationEnd {
  const atWork = new Set<string>();
  const unwell = new Set<string>();
  let lifted = false;
  return simulate({
    ...simulation,
    watch: ({ state, commands }, event, atMs) => {
      if (event.type === "host-finished" || event.type === "host-rolled-back") atWork.delete(event.host);
      if (event.type === "resumed") {
        // What was told and not begun when a process died is told again.
        for (const host of atWork) if (!["running", "rolling-back"].includes(phaseOf(state, host))) atWork.delete(host);
        lifted ||= event.lift !== "no";
      }
      unwell.clear();
      for (const host of state.rollout.order) {
        if (["failed", "unreachable"].includes(phaseOf(state, host))) unwell.add(host);
      }
      for (const command of commands) {
        if (command.type !== "start" && command.type !== "roll-back" && command.type !== "recover") continue;
        atWork.add(command.host);
        see({ command, state, atMs, atWork, unwell, lifted });
      }
    },
  });
}

describe("a rollout, whatever happens to it", () => {
  test("never has more hosts at work than it or the lane allows", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        follow(simulation, ({ atWork, command }) => {
          const { rollout } = simulation;
          const lane = laneOf(rollout, command.host);
          expect(atWork.size).toBeLessThanOrEqual(rollout.maxParallel);
          const ofLane = [...atWork].filter((host) => laneOf(rollout, host) === lane);
          expect(ofLane.length).toBeLessThanOrEqual(lane.pace.maxParallel);
        });
      }),
      runs,
    );
  });

  test("starts no host without a slot of each of its budgets, of which failed hosts keep theirs", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        const { rollout } = simulation;
        follow(simulation, ({ command, atWork, unwell }) => {
          if (command.type !== "start") return;
          for (const budget of constraintOf(rollout, command.host)?.budgets ?? []) {
            const takers = new Set([...atWork, ...unwell]);
            const used = [...takers].filter((host) => constraintOf(rollout, host)?.budgets.includes(budget));
            expect(used.length).toBeLessThanOrEqual(rollout.budgets[budget]!.max);
          }
        });
      }),
      runs,
    );
  });

  test("starts nobody before all canaries of the lane are healthy, unless a person lifted the halt", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        follow(simulation, ({ command, state, lifted }) => {
          if (command.type !== "start" || lifted) return;
          const [first] = laneOf(simulation.rollout, command.host).stages;
          if (first?.canary !== true || first.hosts.includes(command.host)) return;
          expect(first.hosts.map((host) => phaseOf(state, host))).toEqual(first.hosts.map(() => "healthy"));
        });
      }),
      runs,
    );
  });

  test("starts nobody while it is halted or interrupted", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        follow(simulation, ({ command, state }) => {
          if (command.type !== "start") return;
          expect([state.halt, state.interruption, state.outcome]).toEqual([null, "none", null]);
        });
      }),
      runs,
    );
  });

  test("starts nobody outside of the windows, or too late in them", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        const { rollout } = simulation;
        const { admissions, stages } = indexOf(rollout);
        follow(simulation, ({ command, atMs }) => {
          if (command.type !== "start") return;
          const rank = rollout.order.indexOf(command.host);
          const queue = stages
            .flat()
            .flatMap((stage) => stage.queues)
            .find((it) => it.ranks.includes(rank));
          for (const calendar of admissions[queue?.admission ?? -1]?.calendars ?? []) {
            const { estimateMs } = constraintOf(rollout, command.host)!;
            expect(closesAt(calendar, atMs) ?? 0).toBeGreaterThanOrEqual(atMs + estimateMs);
          }
        });
      }),
      runs,
    );
  });

  test("keeps to the stages: nobody starts while an earlier stage has hosts that did not have their turn", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        follow(simulation, ({ command, state }) => {
          if (command.type !== "start") return;
          const { stages } = laneOf(simulation.rollout, command.host);
          const at = stages.findIndex((stage) => stage.hosts.includes(command.host));
          const before = stages.slice(0, at).flatMap((stage) => stage.hosts.map((host) => phaseOf(state, host)));
          expect(before.filter((phase) => ["pending", "starting", "running"].includes(phase))).toEqual([]);
        });
      }),
      runs,
    );
  });

  test("starts each host once, or once more when a person says so or nothing had been done to it", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        const begun = new Set<string>();
        simulate({
          ...simulation,
          watch: ({ commands }, event) => {
            if (event.type === "resumed" && event.lift === "retry-failed") begun.clear();
            if (event.type === "host-finished" && (event.status === "locked" || event.status === "not_started"))
              begun.delete(event.host);
            if (event.type === "host-started") begun.add(event.host);
            for (const command of commands) if (command.type === "start") expect(begun).not.toContain(command.host);
          },
        });
      }),
      runs,
    );
  });

  test("comes to a rest, and is at rest then: nothing in flight, unless it was detached", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        const { state } = simulate(simulation);
        const asks = state.lanes.some((lane) => lane.asked);
        const waits = simulation.interventions?.some(({ does }) => does.kind === "crash") || asks;
        if (!waits) expect(state.outcome).not.toBeNull();
        if (state.outcome === null || state.outcome.kind === "detached") return;
        expect(phases(state).filter((phase) => ["starting", "running", "rolling-back"].includes(phase))).toEqual([]);
      }),
      runs,
    );
  });

  test("is the same after its journal was written, read and replayed", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        const { journal, state } = simulate(simulation);
        const text = JSON.stringify(journal);
        const read = (JSON.parse(text) as { at: number; event: unknown }[]).map(({ at, event }) => ({
          at,
          event: rolloutEventSchema.parse(event),
        }));
        const plan = rolloutSchema.parse(JSON.parse(JSON.stringify(simulation.rollout)));
        expect(replay(plan, read)).toEqual(state);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
      { numRuns: 150 },
    );
  });

  test("counts as it would if it counted anew", () => {
    fc.assert(
      fc.property(simulations, (simulation) => {
        simulate({
          ...simulation,
          watch: ({ state }) => {
            const inFlight = phases(state).filter((phase) => ["starting", "running", "rolling-back"].includes(phase));
            expect(state.inFlight).toBe(inFlight.length);
            for (const [at, budget] of state.rollout.budgets.entries()) {
              const takers = state.rollout.order.filter((host) =>
                constraintOf(state.rollout, host)?.budgets.includes(at),
              );
              const taken = takers.filter((host) =>
                ["starting", "running", "rolling-back", "failed", "unreachable"].includes(phaseOf(state, host)),
              );
              expect(state.budgets[at]).toBe(budget.taken + taken.length);
            }
            for (const [at, lane] of state.lanes.entries()) {
              const hosts = state.rollout.lanes[at]!.stages[lane.stage]?.hosts ?? [];
              const left = hosts.filter((host) => ["pending", "starting", "running"].includes(phaseOf(state, host)));
              expect(lane.left).toBe(left.length);
            }
          },
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe("a rollout of healthy hosts", () => {
  test("ends with every host changed, if only windows and approvals are waited for", () => {
    fc.assert(
      fc.property(rollouts, (rollout) => {
        const patient = rollout.lanes.map((lane) => ({ ...lane, pace: { ...lane.pace, progressDeadlineMs: null } }));
        const { state, outcomes } = simulate({
          rollout: { ...rollout, lanes: patient },
          behaviourOf: () => wellBehaved,
          beginMs: NOON,
          windowPatienceMs: null,
          approveAfterMs: 1000,
        });
        expect(outcomes).toEqual([{ kind: "completed" }]);
        expect(new Set(phases(state))).toEqual(new Set(rollout.order.length === 0 ? [] : ["healthy"]));
      }),
      runs,
    );
  });

  test("is one that the linter for rollouts has nothing against", () => {
    fc.assert(
      fc.property(rollouts, (rollout) => {
        expect(verifyRollout(rollout)).toEqual([]);
      }),
    );
  });
});
