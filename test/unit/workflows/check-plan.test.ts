import { expect, test } from "vitest";
import type { Plan } from "../../../src/domain/plan/plan.ts";
import { checkedPlan } from "../../../src/workflows/check-plan.ts";
import { examplePlan } from "../../support/example-plan.ts";

const nowMs = Date.parse("2026-06-07T12:00Z");
const first = examplePlan.rollout.order[0] ?? "";

const bound = (windows: readonly string[], estimateMs: number): Plan => ({
  ...examplePlan,
  rollout: {
    ...examplePlan.rollout,
    calendars: [{ windows, blackouts: [] }],
    constraints: [{ host: first, calendars: [0], estimateMs, budgets: [] }],
  },
});

test("a plan whose windows leave room is fine", () => {
  expect(checkedPlan(bound(["* 02:00-04:00 UTC"], 60 * 60_000), nowMs)).toMatchObject({ ok: true });
});

test("a host that no window is long enough for is refused now, instead of waiting for ever", () => {
  const checked = checkedPlan(bound(["* 02:00-02:10 UTC"], 60 * 60_000), nowMs);
  expect(checked).toMatchObject({
    ok: false,
    error: [{ code: "rollout/window-too-short", what: `no window is open long enough for ${first}` }],
  });
});

test("what the linter finds is told alone, since windows of a wrong plan mean nothing", () => {
  const checked = checkedPlan(bound(["sometimes"], 60_000), nowMs);
  expect(checked).toMatchObject({ ok: false, error: [{ code: "plan/invalid", what: '"sometimes" is no window' }] });
});
