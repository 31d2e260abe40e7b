/** Runs hooks one after the other, and takes back what they did when it turns out to be in vain. */
import { type HookFacts, hookContext, hookEnvironment } from "../domain/host/hook-context.ts";
import { diagnosed, hookTold } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { PlanHook } from "../domain/plan/hook-schema.ts";
import { runHookCommand } from "./hook-command.ts";
import type { StepContext } from "./step-context.ts";

/** What is known at this stage of the run. */
export type HookOccasion = Pick<HookFacts, "stage" | "more"> & { readonly phase: "hooks" | "reboot" };

/** Hooks that began and can be taken back, the latest last. Belongs to one host's run. */
export type Undos = PlanHook[];

/** By this exit code a hook says: not now, try again later. */
export const NOT_NOW = 75;

/**
 * The first that fails ends it, unless it only warns. What takes a hook back is noted, in `undos` and in the journal, before
 * the hook runs. Fails with `host/hook` (`reboot/hook` around reboots), and with `host/not-now` after exit code 75.
 */
export async function runHooks(
  hooks: readonly PlanHook[],
  occasion: HookOccasion,
  context: StepContext,
  undos: Undos = [],
): Promise<Result<void>> {
  for (const hook of hooks) {
    if (hook.undo !== undefined) undos.push(hook);
    const trouble = await runHook(hook, "do", occasion, context);
    if (trouble === undefined) continue;
    const fatal = hook.onFailure === "fail" || trouble.code === "host/not-now";
    if (fatal && !isNotThereYet(trouble, occasion)) return err(trouble);
    await context.recorder.record(diagnosed(trouble, "warn"));
  }
  return ok(undefined);
}

/** A restricted host knows its hooks from the closure that runs: a new one comes with the change that it stands before. */
const isNotThereYet = ({ code }: Failure, { stage }: HookOccasion): boolean =>
  code === "host/restricted" && stage === "preApply";

/** Takes back what was noted, the latest first; whatever fails, the others are taken back all the same. */
export async function undoHooks(undos: Undos, occasion: HookOccasion, context: StepContext): Promise<void> {
  for (let hook = undos.pop(); hook !== undefined; hook = undos.pop()) {
    const trouble = await runHook({ ...hook, run: hook.undo ?? "" }, "undo", occasion, context);
    if (trouble !== undefined) await context.recorder.record(diagnosed(trouble, "warn"));
  }
}

async function runHook(
  hook: PlanHook,
  action: "do" | "undo",
  occasion: HookOccasion,
  context: StepContext,
): Promise<Failure | undefined> {
  const { recorder, session } = context;
  const { host } = session;
  const told = { host: host.name, stage: occasion.stage, hook, action };
  const facts = { ...occasion, run: recorder.run, host };
  await recorder.record(hookTold({ ...told, state: "started" }));
  const ended = await runHookCommand(
    hook,
    { phase: occasion.phase, env: hookEnvironment(facts), input: `${JSON.stringify(hookContext(facts))}\n` },
    context,
  );
  const trouble = ended.ok ? exitFailure(hook, ended.value, occasion) : lost(hook, ended.error, occasion);
  const state = trouble === undefined ? "ok" : trouble.code === "host/not-now" ? "not-now" : "failed";
  await recorder.record(hookTold({ ...told, state }));
  return trouble === undefined ? undefined : { ...trouble, host: host.name };
}

function exitFailure(hook: PlanHook, code: number, occasion: HookOccasion): Failure | undefined {
  if (code === 0) return undefined;
  const { stage } = occasion;
  if (code === NOT_NOW) {
    return failure("host/not-now", `a ${stage} hook says that now is not the time`, {
      found: hook.run,
      next: "run it again later",
    });
  }
  return failure(codeFor(occasion), `a ${stage} hook ended with exit code ${code}`, {
    found: hook.run,
    next: "its output stands in the run's log",
  });
}

/** A host that is lost on the way is unreachable; a place that is not the host itself makes it no such thing. */
function lost({ run, where }: PlanHook, error: Failure, occasion: HookOccasion): Failure {
  if (where === "remote") return error;
  if (error.code === "host/hook") return { ...error, code: codeFor(occasion) };
  return failure(codeFor(occasion), `a ${occasion.stage} hook could not run on ${where.slice("delegate:".length)}`, {
    found: run,
    cause: error,
  });
}

const codeFor = ({ phase }: HookOccasion) => (phase === "reboot" ? "reboot/hook" : "host/hook");
