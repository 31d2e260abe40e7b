import { describe, expect, test } from "vitest";
import type { RunId } from "../../../src/domain/ids.ts";
import type { EventBody } from "../../../src/domain/outcome/event-bodies.ts";
import { failure } from "../../../src/domain/outcome/failure.ts";
import { err, ok } from "../../../src/domain/outcome/result.ts";
import type { RolloutHooks } from "../../../src/domain/plan/hook-schema.ts";
import type { Executed } from "../../../src/engine/execute-plan.ts";
import { createInterruption } from "../../../src/engine/interruption.ts";
import { afterRollout, beforeRollout } from "../../../src/engine/rollout-hooks.ts";
import { examplePlan } from "../../support/example-plan.ts";

const run = "01M8H7GC9A4YYDSVXFSND5JWS9" as RunId;
const hook = (command: string) => ({ run: command, timeoutMs: 1_000 });
const planWith = (hooks: Partial<RolloutHooks>) => ({
  ...examplePlan,
  hooks: { preRollout: [], onHalt: [], postRollout: [], ...hooks },
});
const executed: Executed = { results: [], halted: undefined, rollout: "completed" };

/** Commands are their exit codes; "hangs" does not end by itself. */
function machine() {
  const ran: { readonly text: string; readonly stage: string | undefined }[] = [];
  const recorded: EventBody[] = [];
  const interruption = createInterruption();
  const tools = {
    interruption,
    recorder: { run, record: async (body: EventBody) => void recorded.push(body), hostLog: async () => {} },
    localCommands: {
      run: async (text: string, { env }: { readonly env: Readonly<Record<string, string>> }) => {
        ran.push({ text, stage: env.NIXFLEET_STAGE });
        return text === "hangs" ? err(failure("host/hook", "it did not end within 1 s")) : ok(Number(text));
      },
    },
  };
  const warnings = () => recorded.flatMap((body) => (body.type === "diagnostic" ? [body.error.code] : []));
  return { tools, interruption, ran, warnings };
}

describe("a hook before the rollout", () => {
  test.each([
    ["1", "rollout/hook"],
    ["75", "rollout/not-now"],
    ["hangs", "rollout/hook"],
  ])("that ends as %s keeps hosts and later hooks from their turn, with %s", async (text, code) => {
    const { tools, ran } = machine();
    const before = await beforeRollout(planWith({ preRollout: [hook("0"), hook(text), hook("0")] }), tools);
    expect(before).toMatchObject({ ok: false, error: { code } });
    expect(ran.map((one) => one.text)).toEqual(["0", text]);
  });

  test("does not run for somebody who has interrupted the run", async () => {
    const { tools, interruption, ran } = machine();
    interruption.signal("SIGINT");
    expect(await beforeRollout(planWith({ preRollout: [hook("1")] }), tools)).toEqual(ok(undefined));
    expect(ran).toEqual([]);
  });
});

describe("hooks after the rollout", () => {
  const plan = planWith({ onHalt: [hook("0")], postRollout: [hook("75"), hook("0")] });

  test("run whatever became of it, and only warn", async () => {
    const { tools, ran, warnings } = machine();
    await afterRollout(plan, executed, tools);
    expect(ran.map(({ stage }) => stage)).toEqual(["postRollout", "postRollout"]);
    expect(warnings()).toEqual(["rollout/hook"]);
  });

  test("tell of a halt first", async () => {
    const { tools, ran } = machine();
    const halted = failure("rollout/canary-failed", "canary web-1 failed");
    await afterRollout(plan, { ...executed, halted, rollout: "halted" }, tools);
    expect(ran.map(({ stage }) => stage)).toEqual(["onHalt", "postRollout", "postRollout"]);
  });

  test("are left, with a warning, by somebody who does not wait", async () => {
    const { tools, interruption, ran, warnings } = machine();
    interruption.signal("SIGINT");
    interruption.signal("SIGINT");
    await afterRollout(plan, { ...executed, rollout: "detached" }, tools);
    expect(ran).toEqual([]);
    expect(warnings()).toEqual(["rollout/hook", "rollout/hook"]);
  });
});
