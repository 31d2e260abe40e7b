import { describe, expect, test } from "vitest";
import { assembleRollout, type RolloutHost } from "../../../src/domain/rollout/assemble-rollout.ts";
import type { RolloutEvent } from "../../../src/domain/rollout/event.ts";
import { allAtOnce } from "../../../src/domain/rollout/strategy.ts";
import { createInterruption } from "../../../src/engine/interruption.ts";
import { driveRollout, type RolloutHands } from "../../../src/engine/rollout-driver.ts";
import type { Clock } from "../../../src/ports/clock.ts";

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
    start: async (host) => {
      log.push(`start ${host}`);
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

const drive = (rollout: ReturnType<typeof assembleRollout>, hands: RolloutHands, interruption = createInterruption()) =>
  driveRollout(rollout, hands, patience, { clock: jumpingClock(), interruption });

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
      start: (host) => {
        interruption.signal("SIGINT");
        return hands.start(host);
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
