import { expect, test } from "vitest";
import { withUnlikeVersions } from "../../../src/domain/os-update/unlike-versions.ts";
import { blankHost } from "../../../src/domain/plan/host-frame.ts";
import type { PlanHost } from "../../../src/domain/plan/plan.ts";
import { host } from "../../support/plan-builders.ts";

const update = (name: string, to: string) => ({
  ...{ name, from: "1.0", to, source: name, suites: [], security: false, auto: false },
});
const planned = (name: string, ...updates: readonly (readonly [string, string])[]): PlanHost => ({
  ...blankHost({ name: host(name), base: "ubuntu" }),
  os: {
    selection: "full",
    updates: updates.map(([pack, to]) => update(pack, to)),
    keptBack: [],
    downloadBytes: 0,
  },
});
const notes = (release: (name: string) => string, ...plans: readonly PlanHost[]) =>
  withUnlikeVersions(plans.map((plan) => ({ release: release(plan.name), plan }))).map(({ notes: said }) => said);

test("a host whose archive is ahead of the others, or behind them, is named with what it gets instead", () => {
  const one = () => "ubuntu noble";
  const plans = [planned("a", ["nginx", "1.1"]), planned("b", ["nginx", "1.2"]), planned("c", ["nginx", "1.1"])];
  expect(notes(one, ...plans)).toEqual([
    [],
    ["gets other versions than hosts of its release: nginx 1.2 instead of 1.1"],
    [],
  ]);
});

test("other releases have other versions, and hosts that lack a package have no say", () => {
  const own = (name: string) => name;
  expect(notes(own, planned("a", ["nginx", "1.1"]), planned("b", ["nginx", "1.2"]))).toEqual([[], []]);
  expect(notes(() => "one", planned("a", ["nginx", "1.1"]), planned("b"))).toEqual([[], []]);
});
