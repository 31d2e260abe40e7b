import { describe, expect, test } from "vitest";
import { SOAK_RETRIES, USUAL_PACE } from "../../../src/domain/health/check.ts";
import {
  type Answer,
  beginWatch,
  dueChecks,
  judge,
  noteAnswers,
  soaking,
  type Watch,
} from "../../../src/domain/health/watch.ts";

const check = (name: string, pace: Partial<typeof USUAL_PACE> = {}) => ({ name, ...USUAL_PACE, ...pace });
const well = (name: string): Answer => ({ name, trouble: undefined });
const ill = (name: string, trouble = "answered 503"): Answer => ({ name, trouble });

/** Answers at these times, in milliseconds from the begin on. */
function told(watch: Watch, ...looks: readonly (readonly [number, ...Answer[]])[]): Watch {
  return looks.reduce((before, [atMs, ...answers]) => noteAnswers(before, answers, atMs), watch);
}

describe("a host is healthy", () => {
  test("when its checks passed without a break for as long as they say", () => {
    const web = beginWatch([check("web", { minHealthyMs: 10_000 })], 0);
    expect(judge(told(web, [0, well("web")]), 0)).toMatchObject({
      kind: "waiting",
      because: "web: well for 0 s of 10 s",
    });
    expect(judge(told(web, [0, well("web")], [9_000, well("web")]), 9_000)).toMatchObject({ kind: "waiting" });
    expect(judge(told(web, [0, well("web")], [10_000, well("web")]), 10_000)).toEqual({ kind: "healthy" });
  });

  test("not when one of them failed in between, however long ago it began to pass", () => {
    const web = beginWatch([check("web", { minHealthyMs: 10_000 })], 0);
    const broken = told(web, [0, well("web")], [5_000, ill("web")], [10_000, well("web")]);
    expect(judge(broken, 10_000)).toMatchObject({ kind: "waiting", because: "web: well for 0 s of 10 s" });
  });

  test("at once when there is nothing to check", () => {
    expect(judge(beginWatch([], 0), 0)).toEqual({ kind: "healthy" });
  });

  test("after a second look where nothing is said: what starts and dies a second later is not", () => {
    const units = beginWatch([], 0);
    const once = told(units, [0, well("failed units")]);
    expect(judge(once, 0)).toMatchObject({ kind: "waiting", nextMs: 1_000 });
    expect(judge(told(once, [1_000, well("failed units")]), 1_000)).toEqual({ kind: "healthy" });
  });
});

describe("a check has failed for good", () => {
  test("at its deadline, and not before", () => {
    const web = beginWatch([check("web", { deadlineMs: 30_000 })], 0);
    expect(judge(told(web, [29_000, ill("web")]), 29_000)).toMatchObject({
      kind: "waiting",
      because: "web: answered 503",
    });
    expect(judge(told(web, [30_000, ill("web")]), 30_000)).toEqual({ kind: "failed", because: "web: answered 503" });
  });

  test("when it fails more often in a row than it may be tried again", () => {
    const web = beginWatch([check("web", { retries: 1 })], 0);
    expect(judge(told(web, [0, ill("web")], [1, well("web")], [2, ill("web")]), 2)).toMatchObject({ kind: "waiting" });
    expect(judge(told(web, [0, ill("web")], [1, ill("web")]), 1)).toEqual({
      kind: "failed",
      because: "web: answered 503 (2 times)",
    });
  });

  test("of a host that soaks after two more tries, unless it says otherwise", () => {
    const checks = [
      { ...check("web"), declared: "closure", from: "host", probe: { kind: "unit", unit: "a" }, timeoutMs: 1 },
    ] as const;
    const soak = beginWatch(soaking(checks, SOAK_RETRIES), 0);
    expect(judge(told(soak, [0, well("web")]), 0)).toEqual({ kind: "healthy" });
    expect(judge(told(soak, [0, ill("web")], [1, ill("web")]), 1)).toMatchObject({ kind: "waiting" });
    expect(judge(told(soak, [0, ill("web")], [1, ill("web")], [2, ill("web")]), 2)).toMatchObject({ kind: "failed" });
  });
});

describe("what is asked next", () => {
  const both = beginWatch([check("slow", { intervalMs: 10_000, minHealthyMs: 20_000 }), check("quick")], 0);

  test("is each check at its own pace", () => {
    const once = told(both, [0, well("slow"), ill("quick")]);
    expect(judge(once, 0)).toMatchObject({ nextMs: 1_000 });
    expect(dueChecks(once, 1_000)).toEqual(["quick"]);
    expect(dueChecks(once, 10_000)).toEqual(["slow", "quick"]);
  });

  test("is a check that passes as soon as it is proven, even before its turn", () => {
    const rare = told(beginWatch([check("rare", { intervalMs: 60_000 })], 0), [0, well("rare")]);
    expect(judge(rare, 0)).toMatchObject({ kind: "waiting", nextMs: 1_000 });
  });
});
