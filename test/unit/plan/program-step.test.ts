import { describe, expect, test } from "vitest";
import type { HostFacts } from "../../../src/domain/observation/facts.ts";
import { ok } from "../../../src/domain/outcome/result.ts";
import { assemble } from "../../../src/domain/plan/assemble.ts";
import { precheck } from "../../../src/domain/plan/precheck.ts";
import { verifyPlan } from "../../../src/domain/plan/verify.ts";
import { facts, hostInput, planRequest } from "../../support/plan-builders.ts";

const ours = { number: 2, sha256: "2".repeat(64) };
const hooks = { preApply: [{ run: "true", on: "host", timeoutMs: 1000, onFailure: "fail" }] } as never;

function planWith(restricted: HostFacts["restricted"]) {
  const observed = ok(facts(restricted === undefined ? {} : { restricted }));
  const plan = assemble(planRequest([hostInput("web-1", { observed, program: ours, hooks })]));
  expect(verifyPlan(plan)).toEqual([]);
  const [host] = plan.hosts;
  if (host === undefined) throw new Error("the plan has no host");
  return host;
}
const knowing = (program: typeof ours | undefined) =>
  planWith({ host: "web-1", serial: 0, keys: [], ...(program === undefined ? {} : { program }) });

describe("the host program of a restricted host", () => {
  test("is replaced before anything else where it is another one", () => {
    const host = knowing({ number: 1, sha256: "1".repeat(64) });
    expect(host.action).toBe("change");
    expect(host.steps[0]).toMatchObject({ id: "web-1/program", kind: "program", sha256: ours.sha256 });
    expect(host.notes).toContainEqual(expect.stringContaining("installs this version of NixFleet's program"));
  });

  test("is left alone where it is the same, and on hosts with full access", () => {
    for (const host of [knowing(ours), planWith(undefined)]) {
      expect(host.steps.map(({ kind }) => kind)).not.toContain("program");
      expect(host.notes.join()).not.toContain("program");
    }
  });

  test("never goes back to one with a lower number; the plan says so", () => {
    const host = knowing({ number: 3, sha256: "3".repeat(64) });
    expect(host.steps.map(({ kind }) => kind)).not.toContain("program");
    expect(host.notes).toContainEqual(expect.stringContaining("newer version of NixFleet's program"));
  });

  test("that is too old to tell which it is wants a bootstrap", () => {
    expect(knowing(undefined).notes).toContainEqual(expect.stringContaining("nixfleet bootstrap"));
  });

  test("counts as installed once it is, whoever did it", () => {
    const [step] = knowing({ number: 1, sha256: "1".repeat(64) }).steps;
    if (step === undefined) throw new Error("the host has no step");
    const restricted = { host: "web-1", serial: 0, keys: [] };
    expect(precheck(step, facts({ restricted: { ...restricted, program: ours } })).kind).toBe("already-done");
    expect(precheck(step, facts({ restricted })).kind).toBe("ready");
  });
});
