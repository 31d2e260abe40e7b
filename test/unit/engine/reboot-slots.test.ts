import { describe, expect, test } from "vitest";
import { ok } from "../../../src/domain/outcome/result.ts";
import { type Budget, rebootSlots } from "../../../src/engine/reboot-slots.ts";
import type { SlotStore } from "../../../src/ports/slot-store.ts";
import { realClock } from "../../support/real-clock.ts";

const budgets: readonly Budget[] = [{ group: "web", max: 1 }];
const patience = (holder: string, owedSince: number) => ({
  holder,
  debt: { owedSince },
  deadlineMs: Date.now() + 60_000,
  signal: new AbortController().signal,
  kept: false,
});

/** One slot. */
function oneSlot(): SlotStore {
  let holder: string | undefined;
  return {
    holdersAre: "names",
    acquire: async (_group, host) => {
      if (holder !== undefined) return ok(holder === host ? "held" : "full");
      holder = host;
      return ok("granted");
    },
    release: async (_group, host) => {
      if (holder === host) holder = undefined;
      return ok(undefined);
    },
    holders: async () => ok({ total: 1, holders: holder === undefined ? [] : [holder] }),
  };
}

describe("a budget of one reboot", () => {
  test("goes to who owes longest, however late it asks among those that were started together", async () => {
    const slots = rebootSlots(oneSlot(), {
      ...realClock,
      sleep: () => new Promise((resolve) => setImmediate(resolve)),
    });
    const served: string[] = [];
    const turn = async (host: string, owedSince: number): Promise<void> => {
      expect((await slots.acquire(host, budgets, patience(host, owedSince))).ok).toBe(true);
      served.push(host);
      await slots.release(host, budgets);
    };
    const debts = { young: 30, middle: 20, old: 10 };
    for (const [host, owedSince] of Object.entries(debts)) slots.announce(host, budgets, { owedSince });
    const early = [turn("young", 30), turn("middle", 20)];
    await new Promise((resolve) => setImmediate(resolve));
    expect(served).toEqual([]);
    await Promise.all([...early, turn("old", 10)]);
    expect(served).toEqual(["old", "middle", "young"]);
  });

  test("is not kept for a host that ended before it asked", async () => {
    const slots = rebootSlots(oneSlot(), realClock);
    slots.announce("old", budgets, { owedSince: 10 })();
    expect((await slots.acquire("young", budgets, patience("young", 30))).ok).toBe(true);
  });
});
