/** The hooks around a whole rollout: before the first host is touched, after a halt, and at the end. They run on this machine. */
import { diagnosed, hookPrinted, hookTold } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { PlanLocalHook } from "../domain/plan/hook-schema.ts";
import type { Plan } from "../domain/plan/plan.ts";
import { type RolloutHookFacts, rolloutHookContext, rolloutHookEnvironment } from "../domain/rollout/hook-context.ts";
import type { LocalCommands } from "../ports/local-commands.ts";
import type { Executed } from "./execute-plan.ts";
import { NOT_NOW } from "./hooks.ts";
import type { Interruption } from "./interruption.ts";
import type { Recorder } from "./recorder.ts";

interface HookTools {
  readonly localCommands: LocalCommands;
  readonly recorder: Recorder;
  readonly interruption: Interruption;
}

/** Fails with `rollout/hook`, and with `rollout/not-now` after exit code 75; then no host may be touched. */
export async function beforeRollout(plan: Plan, tools: HookTools): Promise<Result<void>> {
  if (tools.interruption.draining.aborted) return ok(undefined);
  for (const hook of plan.hooks?.preRollout ?? []) {
    const trouble = await runHook(hook, { stage: "preRollout", run: tools.recorder.run, plan }, tools);
    if (trouble !== undefined) return err(trouble);
  }
  return ok(undefined);
}

/** What goes wrong here changes nothing any more, and is a warning. */
export async function afterRollout(plan: Plan, executed: Executed, tools: HookTools): Promise<void> {
  const { onHalt = [], postRollout = [] } = plan.hooks ?? {};
  const { results, halted, rollout } = executed;
  const ended = { status: rollout, results, ...(halted === undefined ? {} : { error: halted.what }) };
  const facts = { run: tools.recorder.run, plan, ended };
  if (rollout === "halted") await runAll(onHalt, { ...facts, stage: "onHalt" }, tools);
  await runAll(postRollout, { ...facts, stage: "postRollout" }, tools);
}

async function runAll(hooks: readonly PlanLocalHook[], facts: RolloutHookFacts, tools: HookTools): Promise<void> {
  for (const hook of hooks) {
    const trouble = tools.interruption.detached.aborted ? notWaitedFor(hook, facts) : await runHook(hook, facts, tools);
    if (trouble !== undefined) await tools.recorder.record(diagnosed(trouble, "warn"));
  }
}

async function runHook(
  hook: PlanLocalHook,
  facts: RolloutHookFacts,
  { localCommands, recorder, interruption }: HookTools,
): Promise<Failure | undefined> {
  const told = { stage: facts.stage, hook: { run: hook.run, where: "local" }, action: "do" } as const;
  await recorder.record(hookTold({ ...told, state: "started" }));
  const ended = await localCommands.run(hook.run, {
    env: rolloutHookEnvironment(facts),
    input: `${JSON.stringify(rolloutHookContext(facts))}\n`,
    timeoutMs: hook.timeoutMs,
    signal: interruption.detached,
    onLine: (stream, line) => void recorder.record(hookPrinted(stream, line)),
  });
  const trouble = ended.ok
    ? exitFailure(hook, ended.value, facts)
    : failure("rollout/hook", ended.error.what, { found: hook.run });
  const state = trouble === undefined ? "ok" : trouble.code === "rollout/not-now" ? "not-now" : "failed";
  await recorder.record(hookTold({ ...told, state }));
  return trouble;
}

function exitFailure({ run }: PlanLocalHook, code: number, { stage }: RolloutHookFacts): Failure | undefined {
  if (code === 0) return undefined;
  if (code === NOT_NOW && stage === "preRollout") {
    return failure("rollout/not-now", "a preRollout hook says that now is not the time", {
      found: run,
      next: "run it again later",
    });
  }
  return failure("rollout/hook", `a ${stage} hook ended with exit code ${code}`, {
    found: run,
    next: "its output stands in the run's log",
  });
}

const notWaitedFor = ({ run }: PlanLocalHook, { stage }: RolloutHookFacts): Failure =>
  failure("rollout/hook", `a ${stage} hook was not run, since nobody waited for it`, { found: run });
