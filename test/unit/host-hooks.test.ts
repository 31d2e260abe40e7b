import { describe, expect, test } from "vitest";
import { type HookFacts, hookContext, hookEnvironment } from "../../src/domain/host/hook-context.ts";
import { withHooks } from "../../src/domain/plan/host-hooks.ts";
import { verifyPlan } from "../../src/domain/plan/verify.ts";
import { examplePlan } from "../support/example-plan.ts";
import { inventoryOf } from "../support/inventory.ts";

const inventory = inventoryOf(`
groups:
  web: { hosts: [web-1], hooks: { preApply: [{ run: drain, undo: ready }], postApply: [ready], onFailure: [tell] } }
hosts:
  web-1: { base: ubuntu, addr: 10.0.1.11, tags: [eu, prod] }
`);
const host = inventory.hosts[0]!;
const changing = examplePlan.hosts.find((it) => it.name === "web-1");
const idle = examplePlan.hosts.find((it) => it.action === "none");

describe("what a hook is told", () => {
  const facts: HookFacts = { stage: "preReboot", run: "01ARZ", host, more: { oldBootId: "b-1", from: null } };

  test("is JSON with a schema", () => {
    expect(hookContext(facts)).toEqual({
      schema: "nixfleet.hook/1",
      stage: "preReboot",
      run: "01ARZ",
      host: "web-1",
      base: "ubuntu",
      groups: ["all", "ubuntu", "web"],
      tags: ["eu", "prod"],
      oldBootId: "b-1",
      from: null,
    });
  });

  test("is the same in the environment", () => {
    expect(hookEnvironment(facts)).toMatchObject({
      NIXFLEET_STAGE: "preReboot",
      NIXFLEET_GROUPS: "all,ubuntu,web",
      NIXFLEET_OLD_BOOT_ID: "b-1",
      NIXFLEET_FROM: "",
    });
    expect(Object.keys(hookEnvironment(facts))).not.toContain("NIXFLEET_SCHEMA");
  });
});

describe("the hooks of a host's plan", () => {
  test("are those of the inventory, with what takes them back", () => {
    expect(withHooks(changing!, host.hooks, "change").hooks).toMatchObject({
      preApply: [{ run: "drain", undo: "ready", where: "remote", onFailure: "fail" }],
      postApply: [{ run: "ready" }],
      onFailure: [{ run: "tell" }],
    });
  });

  test("are none where nothing happens, and only that for failures where only a reboot does", () => {
    expect(withHooks(idle!, host.hooks, "change")).toBe(idle);
    expect(withHooks(changing!, host.hooks, "reboot").hooks).toMatchObject({
      preApply: [],
      onFailure: [{ run: "tell" }],
    });
  });

  test("of a saved plan must not run on hosts that the inventory no longer has", () => {
    const delegating = { ...host.hooks, preApply: [{ ...host.hooks.preApply![0]!, where: "delegate:lb-1" as const }] };
    const hosts = examplePlan.hosts.map((it) => (it === changing ? withHooks(it, delegating, "change") : it));
    expect(verifyPlan({ ...examplePlan, hosts }, { inventory }).map(({ what }) => what)).toContain(
      "a hook runs on lb-1, which is not in the inventory",
    );
  });
});
