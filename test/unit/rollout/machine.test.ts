import { describe, expect, test } from "vitest";
import type { RolloutEvent } from "../../../src/domain/rollout/event.ts";
import { rolloutFailure } from "../../../src/domain/rollout/halt-failure.ts";
import { next, start } from "../../../src/domain/rollout/machine.ts";
import type { Pace, Rollout, Stage } from "../../../src/domain/rollout/plan-rollout.ts";
import { situationOf } from "../../../src/domain/rollout/situation.ts";
import { gentlePace, NOON } from "../../support/arbitrary-rollout.ts";

const begun: RolloutEvent = { type: "begun", windowPatienceMs: 0, approvalPatienceMs: 0 };
const finished = (host: string, status: "changed" | "failed" | "unreachable" | "stale" = "changed"): RolloutEvent => ({
  type: "host-finished",
  host,
  status,
  healthy: status === "changed",
  changed: status === "changed" || status === "failed",
});

function rolloutOf(
  stages: readonly (readonly [string, ...string[]])[],
  pace: Partial<Pace> = {},
  more: Partial<Rollout> = {},
): Rollout {
  const named = stages.map(([name, ...hosts]): Stage => ({ name, canary: name === "canary", hosts }));
  return {
    maxParallel: 10,
    order: named.flatMap((stage) => stage.hosts),
    lanes: [{ name: "web", pace: { ...gentlePace, ...pace }, stages: named }],
    calendars: [],
    budgets: [],
    constraints: [],
    ...more,
  };
}

/** One event a second; the words of the commands that each leads to. */
function play(rollout: Rollout, ...events: RolloutEvent[]) {
  let state = start(rollout);
  const told = events.map((event, index) => {
    const step = next(state, event, NOON + index * 1000);
    state = step.state;
    return step.commands.map((command) => ("host" in command ? `${command.type} ${command.host}` : command.type));
  });
  return { state, told, last: told.at(-1) ?? [], nowMs: NOON + events.length * 1000 };
}

describe("the rollout machine", () => {
  const twoStages = rolloutOf([
    ["canary", "web-1"],
    ["all", "web-2", "web-3"],
  ]);

  test("starts the canary, and the others once it is healthy", () => {
    const { told } = play(twoStages, begun, finished("web-1"), finished("web-2"), finished("web-3"));
    expect(told).toEqual([["tell", "start web-1"], ["tell", "start web-2", "start web-3"], [], ["finish"]]);
  });

  test.each(["failed", "unreachable", "stale"] as const)(
    "stops after a canary that is %s, whatever is allowed",
    (status) => {
      const lenient = rolloutOf(
        [
          ["canary", "web-1"],
          ["all", "web-2"],
        ],
        { maxFailures: null, maxUnreachable: null, onFailure: "continue" },
      );
      const { state, last } = play(lenient, begun, finished("web-1", status));
      expect(last).toEqual(["tell", "finish"]);
      expect(state.outcome).toEqual({ kind: "halted", cause: "canary" });
      expect(rolloutFailure(state)).toMatchObject({ code: "rollout/canary-failed" });
    },
  );

  test("acts on a host's first verdict only", () => {
    const { state, last } = play(twoStages, begun, finished("web-1", "failed"), finished("web-1"));
    expect(last).toEqual([]);
    expect(state.halt?.cause).toBe("canary");
  });

  test("believes a journal in which another version started another host", () => {
    const { state } = play(
      twoStages,
      begun,
      { type: "host-started", host: "web-3" },
      finished("web-3"),
      finished("web-1"),
    );
    expect(situationOf(state, "web-3", NOON)).toBe("healthy");
    expect(state.inFlight).toBe(1);
  });

  test("calls it completed when a failure came too late to keep anybody back", () => {
    const { state } = play(
      rolloutOf([["all", "web-1", "web-2"]]),
      begun,
      finished("web-1"),
      finished("web-2", "failed"),
      {
        type: "host-rolled-back",
        host: "web-2",
        ok: true,
      },
    );
    expect(state.outcome).toEqual({ kind: "completed" });
    expect(rolloutFailure(state)).toBeUndefined();
  });

  test("halts when only hosts that are not healthy stand between a host and its budget", () => {
    const bound = rolloutOf(
      [["all", "db-1", "db-2"]],
      { maxFailures: 5, onFailure: "stop" },
      {
        budgets: [{ name: "db", max: 1, taken: 0 }],
        constraints: ["db-1", "db-2"].map((host) => ({ host, calendars: [], estimateMs: 0, budgets: [0] })),
      },
    );
    const { told, state } = play(bound, begun, finished("db-1", "failed"));
    expect(told).toEqual([["start db-1"], ["tell", "finish"]]);
    expect(state.outcome).toEqual({ kind: "halted", cause: "budget" });
    expect(state.halt?.because).toBe("all 1 of the budget of db taken by hosts that are not healthy");
  });

  test("gives the slot of a host that went back to the next", () => {
    const bound = rolloutOf(
      [["all", "db-1", "db-2"]],
      { maxFailures: 5 },
      {
        budgets: [{ name: "db", max: 1, taken: 0 }],
        constraints: ["db-1", "db-2"].map((host) => ({ host, calendars: [], estimateMs: 0, budgets: [0] })),
      },
    );
    const { told } = play(bound, begun, finished("db-1", "failed"), {
      type: "host-rolled-back",
      host: "db-1",
      ok: true,
    });
    expect(told).toEqual([["start db-1"], ["roll-back db-1"], ["start db-2"]]);
  });

  test("counts what was out of service before it began", () => {
    const bound = rolloutOf(
      [["all", "db-1"]],
      {},
      {
        budgets: [{ name: "db", max: 2, taken: 2 }],
        constraints: [{ host: "db-1", calendars: [], estimateMs: 0, budgets: [0] }],
      },
    );
    expect(play(bound, begun).state.outcome).toEqual({ kind: "halted", cause: "budget" });
  });

  test("of no hosts is through at once", () => {
    expect(play(rolloutOf([]), begun).state.outcome).toEqual({ kind: "completed" });
  });

  test("takes nothing before its begin, and no second one", () => {
    expect(() => play(twoStages, { type: "tick" })).toThrow("tick comes before begun");
    expect(() => play(twoStages, begun, begun)).toThrow("begun comes twice");
    expect(() => play(twoStages, begun, finished("db-9"))).toThrow("db-9 is no host of the rollout");
  });

  test("says that a stage begins when its first host starts, and until then what it waits for", () => {
    const held = rolloutOf(
      [
        ["canary", "db-1"],
        ["all", "db-2"],
      ],
      {},
      {
        calendars: [{ windows: ["* 14:00-15:00 UTC"], blackouts: [] }],
        constraints: [{ host: "db-1", calendars: [0], estimateMs: 0, budgets: [] }],
      },
    );
    const toldAt = (state: ReturnType<typeof start>, event: RolloutEvent, atMs: number) => {
      const step = next(state, event, atMs);
      const told = step.commands.filter(({ type }) => type === "tell").map(({ because }) => because);
      return { state: step.state, told };
    };
    const shut = toldAt(start(held), { ...begun, windowPatienceMs: null }, NOON);
    const still = toldAt(shut.state, { type: "tick" }, NOON + 1_000);
    const open = toldAt(still.state, { type: "tick" }, NOON + 2 * 3_600_000);
    expect(shut.told).toEqual(["stage 1 of 2 (canary) waits for its window, which opens 2026-06-07T14:00Z"]);
    expect(still.told).toEqual([]);
    expect(open.told).toEqual(["stage 1 of 2 (canary) begins with 1 host"]);
  });

  test("asks to be woken when a window opens, and again when the clock was put back", () => {
    const held = rolloutOf(
      [["all", "db-1"]],
      {},
      {
        calendars: [{ windows: ["* 14:00-15:00 UTC"], blackouts: [] }],
        constraints: [{ host: "db-1", calendars: [0], estimateMs: 0, budgets: [] }],
      },
    );
    const patient: RolloutEvent = { ...begun, windowPatienceMs: null };
    const first = next(start(held), patient, NOON);
    expect(first.commands).toMatchObject([
      { type: "tell", because: "stage (all) waits for its window, which opens 2026-06-07T14:00Z" },
      { type: "wake", atMs: NOON + 2 * 3_600_000, because: "a window opens" },
    ]);
    const dayBefore = next(first.state, { type: "tick" }, NOON - 86_400_000);
    expect(dayBefore.commands).toMatchObject([{ type: "wake", atMs: NOON - 22 * 3_600_000 }]);
    expect(next(first.state, { type: "tick" }, NOON + 2 * 3_600_000).commands).toMatchObject([
      { type: "start", host: "db-1" },
    ]);
  });
});

describe("the situation of a host", () => {
  const rollout = rolloutOf(
    [
      ["canary", "web-1", "web-2"],
      ["50%", "web-3", "web-4"],
      ["all", "web-5"],
    ],
    { maxParallel: 1, soakMs: 60_000, approval: "after-canary" },
    {
      calendars: [{ windows: ["* 02:00-03:00 UTC"], blackouts: [] }],
      budgets: [{ name: "front", max: 1, taken: 1 }],
      constraints: [
        { host: "web-3", calendars: [0], estimateMs: 0, budgets: [] },
        { host: "web-4", calendars: [], estimateMs: 0, budgets: [0] },
      ],
    },
  );
  const words = (host: string, ...events: RolloutEvent[]) => {
    const { state, nowMs } = play(rollout, ...events);
    return situationOf(state, host, nowMs);
  };

  test("names the canaries that are waited for", () => {
    expect(words("web-3", begun)).toBe("waits for canaries web-[1-2]");
    expect(words("web-3", begun, finished("web-1"))).toBe("waits for canary web-2");
    expect(words("web-3", begun, finished("web-1"), finished("web-2"))).toBe("waits for canaries web-[1-2] to soak");
  });

  test("tells who is at work, and who waits for its turn", () => {
    expect(words("web-1", begun)).toBe("at work in stage 1 of 3 (canary)");
    expect(words("web-2", begun)).toBe("waits for its turn in stage 1 of 3 (canary)");
    expect(words("web-1", begun, finished("web-1"), finished("web-2"))).toBe(
      "healthy, soaks until 2026-06-07T12:01:02Z",
    );
  });

  const soaked: RolloutEvent[] = [begun, finished("web-1"), finished("web-2")];
  const pastCanary = (...more: RolloutEvent[]) => {
    let state = play(rollout, ...soaked).state;
    const later = [{ type: "tick" } as const, { type: "health-checked", lane: "web", unhealthy: [] } as const, ...more];
    for (const event of later) state = next(state, event, NOON + 120_000).state;
    return (host: string) => situationOf(state, host, NOON + 120_000);
  };

  test("tells gates, windows, budgets and stages", () => {
    expect(pastCanary()("web-3")).toBe("waits for an approval of stage 2 of 3 (50%)");
    const approved = pastCanary(
      { type: "approved", lane: "web", stage: 1, by: "ops" },
      { type: "resumed", windowPatienceMs: 0, approvalPatienceMs: 0, lift: "no" },
    );
    expect(approved("web-3")).toBe("waits for its window, which opens 2026-06-08T02:00Z");
    expect(approved("web-4")).toBe("waits for a slot of front, 1 at once");
    expect(approved("web-5")).toBe("waits for stage 2 of 3 (50%)");
  });

  test("tells why nobody starts any more", () => {
    expect(words("web-5", begun, finished("web-1", "failed"))).toBe("not started: canary web-1 failed");
    expect(words("web-5", begun, { type: "interrupted", how: "drain" })).toBe("not started: interrupted");
  });
});
