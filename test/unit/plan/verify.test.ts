import { describe, expect, test } from "vitest";
import type { Inventory } from "../../../src/domain/inventory/resolved.ts";
import type { Plan, PlanHost, Step } from "../../../src/domain/plan/plan.ts";
import { verifyPlan } from "../../../src/domain/plan/verify.ts";
import { examplePlan, idlePlan, runPlan } from "../../support/example-plan.ts";

const changing = examplePlan.hosts.find((host) => host.name === "web-1") as PlanHost;
const [copy, activate] = changing.steps as [Step, Step];

const withHost = (name: string, change: Partial<PlanHost>): Plan => ({
  ...examplePlan,
  hosts: examplePlan.hosts.map((host) => (host.name === name ? { ...host, ...change } : host)),
});
const withSteps = (...steps: Step[]): Plan => withHost("web-1", { steps });

describe("the check apart from the planner", () => {
  test.each([
    ["a plan with everything", examplePlan],
    ["an idle plan", idlePlan],
    ["a plan to run", runPlan],
  ])("accepts %s", (_title, plan) => {
    expect(verifyPlan(plan)).toEqual([]);
  });

  test.each<[string, Plan, RegExp]>([
    ["a host twice", { ...examplePlan, hosts: [...examplePlan.hosts, changing] }, /listed twice/],
    ["hosts out of order", { ...examplePlan, hosts: examplePlan.hosts.toReversed() }, /not in their order/],
    ["a miscounted summary", { ...examplePlan, summary: { ...examplePlan.summary, held: 9 } }, /miscounts .* held/],
    [
      "an order that leaves a host out",
      { ...examplePlan, rollout: { ...examplePlan.rollout, order: examplePlan.rollout.order.slice(1) } },
      /order of the rollout/,
    ],
    [
      "an order that names a host twice",
      { ...examplePlan, rollout: { ...examplePlan.rollout, order: examplePlan.rollout.order.map(() => "web-1") } },
      /order of the rollout/,
    ],
    ["steps on a held host", withHost("old-1", { steps: changing.steps }), /has steps although its action is held/],
    ["a held host without reason", withHost("old-1", { reason: undefined as never }), /does not say why/],
    ["an unknown failure code", withHost("old-1", { code: "plan/whatever" }), /no known failure code/],
    ["a change without steps", withSteps(), /has no steps/],
    ["a change in spite of conflicts", withHost("web-1", { conflicts: [{ path: "/a", found: "b" }] }), /in the way/],
    ["a change of what was never seen", withHost("web-1", { from: null }), /was not observed/],
    ["a step before what it needs", withSteps(activate, copy), /does not come before it/],
    ["a step twice", withSteps(copy, copy, activate), /comes twice/],
    ["a step of another host", withSteps(copy, { ...activate, id: "web-2/activate" }), /misnamed/],
    [
      "another closure than planned",
      withSteps(copy, { ...activate, system: changing.from?.system } as Step),
      /another closure/,
    ],
    [
      "another expectation than observed",
      withSteps(copy, { ...activate, expect: { ...activate.expect, generation: 9 } }),
      /expects another host/,
    ],
    [
      "a command in a plan to apply",
      withSteps({ ...(runPlan.hosts[0]?.steps[0] as Step), id: "web-1/run" }),
      /no place/,
    ],
    ["a closure that is no store path", withHost("web-1", { to: { system: "/etc/passwd" } }), /is not a store path/],
    ["a hostile host name", withHost("web-1", { name: "web-1; rm" }), /is not a host name/],
    [
      "a diff that is said to be withheld",
      withHost("web-1", { files: [{ path: "/a", change: "modify", diff: "x", withheld: "hidden" }] }),
      /said to be withheld/,
    ],
  ])("refuses %s", (_title, plan, finding) => {
    const findings = verifyPlan(plan);
    expect(findings.map((each) => each.what).join("\n")).toMatch(finding);
    expect(new Set(findings.map((each) => each.code))).toEqual(new Set(["plan/invalid"]));
  });

  test("compares the plan with the inventory that it is to be carried out with", () => {
    const hosts = examplePlan.hosts.filter((host) => host.name !== "web-2").map(({ name, base }) => ({ name, base }));
    const inventory = { hosts: hosts.map((host) => (host.name === "db-1" ? { ...host, base: "nixos" } : host)) };
    expect(verifyPlan(examplePlan, { inventory: inventory as unknown as Inventory })).toMatchObject([
      { host: "db-1", what: "the inventory says base nixos, the plan debian" },
      { host: "web-2", what: "the host is not in the inventory" },
    ]);
  });
});
