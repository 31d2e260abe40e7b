import { describe, expect, test } from "vitest";
import { type PlanView, renderPlan } from "../../../src/cli/render/plan.ts";
import { plainStyle, styleFor } from "../../../src/cli/render/style.ts";
import { examplePlan, firstPlan, idlePlan, runPlan } from "../../support/example-plan.ts";

const view: PlanView = {
  style: plainStyle,
  width: 80,
  diff: "short",
  verbosity: 0,
  next: "nixfleet apply --group web",
};
const golden = (name: string): string => `../golden/${name}.txt`;

describe("a plan for people", () => {
  test.each<[string, Parameters<typeof renderPlan>[0], Partial<PlanView>]>([
    ["plan", examplePlan, {}],
    ["plan-narrow", examplePlan, { width: 44, diff: "none" }],
    ["plan-verbose", examplePlan, { verbosity: 1, diff: "full" }],
    ["plan-quiet", examplePlan, { verbosity: -1 }],
    ["plan-idle", idlePlan, {}],
    ["plan-first", firstPlan, {}],
    ["plan-run", runPlan, { next: null }],
  ])("%s", async (name, plan, over) => {
    await expect(renderPlan(plan, { ...view, ...over })).toMatchFileSnapshot(golden(name));
  });

  test("says the same with and without colour", () => {
    const coloured = renderPlan(examplePlan, { ...view, style: styleFor({}, {}, "always") });
    expect(coloured.replace(/\u001b\[[0-9;]*m/g, "")).toBe(renderPlan(examplePlan, view));
    expect(coloured).not.toBe(renderPlan(examplePlan, view));
  });

  test("keeps its words within the width; only diffs, paths and commands may be longer", () => {
    const lines = renderPlan(examplePlan, { ...view, width: 60, diff: "none" }).split("\n");
    expect(lines.filter((line) => line.length > 60 && !line.includes("/etc/"))).toEqual([]);
  });

  test("caps long diffs and says how much is hidden", () => {
    const [changing] = examplePlan.hosts.filter((host) => host.action === "change");
    const diff = `@@ -1,40 +1,40 @@\n${Array.from({ length: 40 }, (_, line) => `+line ${line}`).join("\n")}\n`;
    const long = { ...changing!, files: [{ path: "/etc/long", change: "modify" as const, diff }] };
    const plan = { ...examplePlan, hosts: [long] };
    expect(renderPlan(plan, view)).toMatch(/25 more lines, with --diff=full/);
    expect(renderPlan(plan, { ...view, diff: "full" })).toMatch(/line 39/);
    expect(renderPlan(plan, { ...view, diff: "none" })).not.toMatch(/line 0/);
  });
});
