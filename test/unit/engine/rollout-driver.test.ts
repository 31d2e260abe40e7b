import { describe, expect, test } from "vitest";
import { assembleRollout, type RolloutHost } from "../../../src/domain/rollout/assemble-rollout.ts";
import type { JournalEntry, RolloutEvent } from "../../../src/domain/rollout/event.ts";
import { allAtOnce } from "../../../src/domain/rollout/strategy.ts";
import { type Course, fromTheBeginning } from "../../../src/engine/course.ts";
import { createInterruption } from "../../../src/engine/interruption.ts";
import { driveRollout, type RolloutHands } from "../../../src/engine/rollout-driver.ts";
import type { Clock } from "../../../src/ports/clock.ts";

const never = new AbortController().signal;
const patience = { windowPatienceMs: 0, approvalPatienceMs: 0 };

const hosts = (strategy: Partial<typeof allAtOnce> = {}): RolloutHost[] =>
  ["web-1", "web-2", "web-3"].map((name) => ({
    name,
    class: "web",
    canary: name === "web-1",
    lane: { name: "web", strategy: { ...allAtOnce, ...strategy } },
    calendars: [],
    budgets: [],
    estimateMs: 0,
  }));

/** Time stands still until somebody sleeps, and then jumps. */
function jumpingClock(): Clock {
  let now = 1_000_000;
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      await Promise.resolve();
      if (!signal.aborted) now += ms;
    },
  };
}

function recordingHands(status: (host: string) => "changed" | "failed" = () => "changed") {
  const log: string[] = [];
  const finished = (host: string): RolloutEvent => {
    const ended = status(host);
    return { type: "host-finished", host, status: ended, healthy: ended === "changed", changed: ended === "changed" };
  };
  const hands: RolloutHands = {
    start: async (host, attempt) => {
      log.push(attempt === 1 ? `start ${host}` : `start ${host} again`);
      return finished(host);
    },
    recover: async (host) => {
      log.push(`recover ${host}`);
      return finished(host);
    },
    rollBack: async (host) => {
      log.push(`back ${host}`);
      return { type: "host-rolled-back", host, ok: true };
    },
    checkHealth: async (lane, names) => {
      log.push(`look at ${names.join(" ")}`);
      return { type: "health-checked", lane, unhealthy: [] };
    },
    askApproval: async () => undefined,
    tell: async () => {},
  };
  return { log, hands };
}

type Planned = ReturnType<typeof assembleRollout>;

const drive = (
  rollout: Planned,
  hands: RolloutHands,
  interruption = createInterruption(),
  keep: Course["keep"] = async () => {},
) =>
  driveRollout(rollout, hands, fromTheBeginning(patience, keep), { clock: jumpingClock(), interruption, lost: never });

/** Another process, with what the first one kept. */
const goOn = (
  rollout: Planned,
  hands: RolloutHands,
  earlier: readonly JournalEntry[],
  more: { readonly lift?: "continue" | "retry-failed"; readonly only?: "in-flight" } = {},
) => {
  const opening: RolloutEvent[] = [{ type: "resumed", ...patience, lift: "no", ...more }];
  const course = { earlier, results: [], opening, patience, keep: async () => {} };
  return driveRollout(rollout, hands, course, {
    clock: jumpingClock(),
    interruption: createInterruption(),
    lost: never,
  });
};

describe("a rollout that is carried out", () => {
  test("starts the canary alone, soaks, looks at its health, and goes on with the others", async () => {
    const { log, hands } = recordingHands();
    const rollout = assembleRollout(hosts({ canary: { kind: "auto" }, soakMs: 60_000 }));
    expect((await drive(rollout, hands)).outcome).toMatchObject({ kind: "completed" });
    expect(log[0]).toBe("start web-1");
    expect(log.indexOf("look at web-1")).toBeGreaterThan(0);
    expect(log.indexOf("look at web-1")).toBeLessThan(log.indexOf("start web-2"));
    expect(log.filter((line) => line.startsWith("start"))).toHaveLength(3);
  });

  test("starts nobody else when the canary fails", async () => {
    const { log, hands } = recordingHands(() => "failed");
    const state = await drive(assembleRollout(hosts({ canary: { kind: "auto" } })), hands);
    expect(state.outcome).toMatchObject({ kind: "halted", cause: "canary" });
    expect(log.filter((line) => line.startsWith("start"))).toEqual(["start web-1"]);
  });

  test("starts nobody more when the operator interrupts, and lets who is in flight finish", async () => {
    const { log, hands } = recordingHands();
    const interruption = createInterruption();
    const interrupting: RolloutHands = {
      ...hands,
      start: (host, attempt) => {
        interruption.signal("SIGINT");
        return hands.start(host, attempt);
      },
    };
    const state = await drive(assembleRollout(hosts({ maxParallel: { count: 1 } })), interrupting, interruption);
    expect(state.outcome).toMatchObject({ kind: "interrupted" });
    expect(log).toHaveLength(1);
  });

  test("pauses before a stage that wants an approval nobody can give", async () => {
    const { log, hands } = recordingHands();
    const state = await drive(assembleRollout(hosts({ canary: { kind: "auto" }, approval: "after-canary" })), hands);
    expect(state.outcome).toMatchObject({ kind: "paused", waitsFor: "approval" });
    expect(log.filter((line) => line.startsWith("start"))).toEqual(["start web-1"]);
  });
});

describe("a rollout whose process dies", () => {
  const oneByOne = () => assembleRollout(hosts({ maxParallel: { count: 1 } }));

  /** What is kept until the second host was started, with that host never heard of again. */
  async function killedInTheMiddle(rollout: Planned) {
    const kept: JournalEntry[] = [];
    const { log, hands } = recordingHands();
    const second = Promise.withResolvers<void>();
    const dying: RolloutHands = {
      ...hands,
      start: (host, attempt) => {
        const started = hands.start(host, attempt);
        if (log.length < 2) return started;
        second.resolve();
        return new Promise(() => {});
      },
    };
    void drive(rollout, dying, createInterruption(), async (entries) => void kept.push(...entries));
    await second.promise;
    return { log, kept: [...kept] };
  }

  test("has kept that a host starts before anything is done to it", async () => {
    const { log, kept } = await killedInTheMiddle(oneByOne());
    const started = kept.flatMap(({ event }) => (event.type === "host-started" ? [`start ${event.host}`] : []));
    expect(started).toEqual(log);
  });

  test("is taken up: who was in flight is asked, who was done is left alone, the others start", async () => {
    const rollout = oneByOne();
    const { log: before, kept } = await killedInTheMiddle(rollout);
    const { log, hands } = recordingHands();
    expect((await goOn(rollout, hands, kept)).outcome).toEqual({ kind: "completed" });
    const inFlight = before[1]?.replace("start", "recover");
    const third = ["web-1", "web-2", "web-3"].find((name) => !before.includes(`start ${name}`));
    expect(log).toEqual([inFlight, `start ${third}`]);
  });

  test("is concluded without starting anybody when only what is in flight is wanted", async () => {
    const rollout = oneByOne();
    const { kept } = await killedInTheMiddle(rollout);
    const { log, hands } = recordingHands();
    expect((await goOn(rollout, hands, kept, { only: "in-flight" })).outcome).toEqual({ kind: "interrupted" });
    expect(log).toHaveLength(1);
    expect(log[0]).toContain("recover");
  });

  test("starts a host once more, under another number, when that is what became of it", async () => {
    const rollout = oneByOne();
    const { kept } = await killedInTheMiddle(rollout);
    const { log, hands } = recordingHands();
    const again: RolloutHands = {
      ...hands,
      recover: async (host, _attempt, mayStartAgain) =>
        mayStartAgain ? { type: "host-started", host } : hands.recover(host, 1, false),
    };
    expect((await goOn(rollout, again, kept)).outcome).toEqual({ kind: "completed" });
    expect(log[0]).toMatch(/^start web-. again$/);
    expect(log).toHaveLength(2);
  });

  test("that waits for an approval goes on when it is told of one before it is resumed", async () => {
    const rollout = assembleRollout(hosts({ canary: { kind: "auto" }, approval: "after-canary" }));
    const kept: JournalEntry[] = [];
    const first = recordingHands();
    await drive(rollout, first.hands, createInterruption(), async (entries) => void kept.push(...entries));
    expect(first.log).toEqual(["start web-1"]);
    const { log, hands } = recordingHands();
    const approved: RolloutEvent = { type: "approved", lane: "web", stage: 1, by: "ann@desk" };
    expect((await goOn(rollout, hands, [...kept, { at: 2_000_000, event: approved }])).outcome).toEqual({
      kind: "completed",
    });
    expect(log.toSorted()).toEqual(["start web-2", "start web-3"]);
  });

  test("that was halted stays so, until somebody lifts the halt", async () => {
    const rollout = assembleRollout(hosts({ canary: { kind: "auto" } }));
    const kept: JournalEntry[] = [];
    const failing = recordingHands(() => "failed");
    await drive(rollout, failing.hands, createInterruption(), async (entries) => void kept.push(...entries));
    const still = recordingHands();
    expect((await goOn(rollout, still.hands, kept)).outcome).toMatchObject({ kind: "halted" });
    expect(still.log).toEqual([]);
    const lifted = recordingHands();
    expect((await goOn(rollout, lifted.hands, kept, { lift: "continue" })).outcome).toEqual({ kind: "completed" });
    expect(lifted.log.toSorted()).toEqual(["start web-2", "start web-3"]);
    const retried = recordingHands();
    expect((await goOn(rollout, retried.hands, kept, { lift: "retry-failed" })).outcome).toEqual({ kind: "completed" });
    expect(retried.log[0]).toBe("start web-1 again");
  });
});
