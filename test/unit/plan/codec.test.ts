import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../../src/domain/canonical-json.ts";
import { decodePlan, encodePlan, planDigest } from "../../../src/domain/plan/codec.ts";
import type { Plan } from "../../../src/domain/plan/plan.ts";
import { examplePlan } from "../../support/example-plan.ts";

const codeOf = (text: string): string | undefined => {
  const read = decodePlan(text);
  return read.ok ? undefined : read.error.code;
};
const edit = (change: (plan: Record<string, unknown>) => void): string => {
  const plan = JSON.parse(encodePlan(examplePlan));
  change(plan);
  return JSON.stringify(plan);
};
const resealed = (change: (plan: Record<string, unknown>) => void): string =>
  edit((plan) => {
    change(plan);
    plan.id = planDigest(plan as unknown as Plan);
  });

describe("a plan file", () => {
  test.each([
    ["that is cut", encodePlan(examplePlan).slice(0, 1000), "plan/unreadable"],
    ["that is empty", "", "plan/unreadable"],
    ["that is something else", '{"hosts": []}', "plan/unknown-format"],
    ["that is no object", "[]", "plan/unknown-format"],
    ["that is null", "null", "plan/unknown-format"],
    ["of a later format", edit((plan) => Object.assign(plan, { schema: "nixfleet.plan/2" })), "plan/unknown-format"],
    ["without hosts", edit((plan) => delete plan.hosts), "plan/invalid"],
    ["with another verb", edit((plan) => Object.assign(plan, { verb: "rollback" })), "plan/edited"],
    ["with another id", edit((plan) => Object.assign(plan, { id: "0".repeat(64) })), "plan/edited"],
    ["with a field added by hand", edit((plan) => Object.assign(plan, { extra: 1 })), "plan/edited"],
  ])("%s is refused", (_title, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  test("of a later version with more fields is read", () => {
    expect(codeOf(resealed((plan) => Object.assign(plan, { later: { field: true } })))).toBeUndefined();
  });

  test("reformatted by an editor is read", () => {
    expect(codeOf(JSON.stringify(JSON.parse(encodePlan(examplePlan))))).toBeUndefined();
  });

  test("refused for its digest says both", () => {
    const read = decodePlan(edit((plan) => Object.assign(plan, { verb: "rollback" })));
    expect(read).toMatchObject({ ok: false, error: { expected: expect.stringContaining(examplePlan.id) } });
  });
});

describe("canonical JSON", () => {
  test.each([
    [{ b: 1, a: [{ d: null, c: "x" }] }, '{"a":[{"c":"x","d":null}],"b":1}'],
    [{ a: undefined, b: 2 }, '{"b":2}'],
    [JSON.parse('{"__proto__": 1, "a": 2}'), '{"__proto__":1,"a":2}'],
    ["text", '"text"'],
    [undefined, "null"],
  ])("of %j is %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });
});
