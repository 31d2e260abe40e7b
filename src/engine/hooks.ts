/** Runs hooks: on the host, on another host, or here. What they print is kept with the run. */
import { quote } from "../domain/host/quote.ts";
import { parseHostName } from "../domain/ids.ts";
import { diagnosed, hostPrinted } from "../domain/outcome/event-bodies.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { RebootHook } from "../domain/plan/os-schema.ts";
import { runCommand } from "./host-program/run-command.ts";
import { createLineSplitter } from "./line-splitter.ts";
import type { HostSession } from "./session.ts";
import type { StepContext } from "./step-context.ts";

export interface HookOccasion {
  /** Where in the run: `preReboot`, `postReboot`. */
  readonly stage: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** One after the other; the first that fails ends it, unless it only warns. Fails with `reboot/hook`. */
export async function runHooks(
  hooks: readonly RebootHook[],
  occasion: HookOccasion,
  context: StepContext,
): Promise<Result<void>> {
  for (const hook of hooks) {
    const ended = await runHook(hook, environment(occasion, context), context);
    const trouble = ended.ok ? (ended.value === 0 ? undefined : exitFailure(hook, ended.value, context)) : ended.error;
    if (trouble === undefined) continue;
    if (hook.onFailure === "fail") return err(trouble);
    await context.recorder.record(diagnosed(trouble, "warn"));
  }
  return ok(undefined);
}

const environment = (
  { stage, facts }: HookOccasion,
  { session, recorder }: StepContext,
): Readonly<Record<string, string>> => ({
  NIXFLEET_HOST: session.host.name,
  NIXFLEET_RUN: recorder.run,
  NIXFLEET_STAGE: stage,
  ...facts,
});

async function runHook(
  hook: RebootHook,
  env: Readonly<Record<string, string>>,
  context: StepContext,
): Promise<Result<number>> {
  const { recorder, session, interruption, localCommands } = context;
  const host = session.host.name;
  const onLine = (stream: "stdout" | "stderr", line: string): void =>
    void recorder.record(hostPrinted(host, "reboot", stream, line));
  if (hook.where === "local") {
    return localCommands.run(hook.run, {
      env,
      input: `${JSON.stringify(env)}\n`,
      timeoutMs: hook.timeoutMs,
      signal: interruption.detached,
      onLine,
    });
  }
  const place = hook.where === "remote" ? ok(session) : await delegate(hook.where, context);
  if (!place.ok) return place;
  return runThere(hook, env, place.value, onLine, context);
}

async function delegate(where: string, { fleet, hosts, interruption }: StepContext): Promise<Result<HostSession>> {
  const name = parseHostName(where.slice("delegate:".length));
  const host = name === undefined ? undefined : hosts.get(name);
  if (host === undefined) return err(failure("reboot/hook", "a hook names a host that is not there", { found: where }));
  return fleet.session(host, interruption.detached);
}

async function runThere(
  hook: RebootHook,
  env: Readonly<Record<string, string>>,
  place: HostSession,
  onLine: (stream: "stdout" | "stderr", line: string) => void,
  { elevation, interruption }: StepContext,
): Promise<Result<number>> {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  const splitters = { stdout: createLineSplitter(), stderr: createLineSplitter() };
  const tell = (stream: "stdout" | "stderr", lines: readonly string[]): void => {
    for (const line of lines) onLine(stream, line);
  };
  const exit = await runCommand(place.connection, `${exports.join("")}${hook.run}`, {
    elevation,
    timeoutMs: hook.timeoutMs,
    signal: interruption.detached,
    onStdout: (chunk) => tell("stdout", splitters.stdout.push(chunk)),
    onStderr: (chunk) => tell("stderr", splitters.stderr.push(chunk)),
  });
  tell("stdout", splitters.stdout.rest());
  tell("stderr", splitters.stderr.rest());
  return exit;
}

const exitFailure = (hook: RebootHook, code: number, { session }: StepContext) =>
  failure("reboot/hook", `a hook ended with exit code ${code}`, {
    host: session.host.name,
    found: hook.run,
    next: "its output stands in the run's log",
  });
