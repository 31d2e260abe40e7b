/** One command of a hook: on the host, on another host, or here. What it prints is kept with the run. */
import { createHash } from "node:crypto";
import { quote } from "../domain/host/quote.ts";
import { parseHostName } from "../domain/ids.ts";
import { isRestricted } from "../domain/inventory/access.ts";
import { hostPrinted } from "../domain/outcome/event-bodies.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { PlanHook } from "../domain/plan/hook-schema.ts";
import { type CommandRequest, runCommand } from "./host-program/run-command.ts";
import { runSigned } from "./host-program/run-signed.ts";
import { createLineSplitter } from "./line-splitter.ts";
import type { HostSession } from "./session.ts";
import type { StepContext } from "./step-context.ts";

export interface HookCall {
  /** Under which its output is logged. */
  readonly phase: "hooks" | "reboot";
  readonly env: Readonly<Record<string, string>>;
  /** For standard input; one line. */
  readonly input: string;
}

/** Gives the exit code; fails when there is none. */
export async function runHookCommand(hook: PlanHook, call: HookCall, context: StepContext): Promise<Result<number>> {
  const { recorder, session, interruption, localCommands } = context;
  const onLine = (stream: "stdout" | "stderr", line: string): void =>
    void recorder.record(hostPrinted(session.host.name, call.phase, stream, line));
  if (hook.where === "local") {
    const { env, input } = call;
    return localCommands.run(hook.run, {
      env,
      input,
      timeoutMs: hook.timeoutMs,
      signal: interruption.detached,
      onLine,
    });
  }
  const place = hook.where === "remote" ? ok(session) : await delegate(hook.where, context);
  return place.ok ? runThere(hook, call, place.value, onLine, context) : place;
}

async function delegate(where: string, { fleet, hosts, interruption }: StepContext): Promise<Result<HostSession>> {
  const name = parseHostName(where.slice("delegate:".length));
  const host = name === undefined ? undefined : hosts.get(name);
  if (host === undefined) return err(failure("host/hook", "a hook names a host that is not there", { found: where }));
  return fleet.session(host, interruption.detached);
}

async function runThere(
  hook: PlanHook,
  { env, input }: HookCall,
  place: HostSession,
  onLine: (stream: "stdout" | "stderr", line: string) => void,
  { elevation, interruption }: StepContext,
): Promise<Result<number>> {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  const splitters = { stdout: createLineSplitter(), stderr: createLineSplitter() };
  const tell = (stream: "stdout" | "stderr", lines: readonly string[]): void => {
    for (const line of lines) onLine(stream, line);
  };
  const request: Omit<CommandRequest, "elevation"> = {
    timeoutMs: hook.timeoutMs,
    signal: interruption.detached,
    onStdout: (chunk) => tell("stdout", splitters.stdout.push(chunk)),
    onStderr: (chunk) => tell("stderr", splitters.stderr.push(chunk)),
  };
  // A hook that does not read leaves printf without a reader, which is no trouble.
  const script = `${exports.join("")}printf '%s' ${quote(input)} 2>/dev/null | sh -c ${quote(hook.run)}`;
  const exit = isRestricted(place.host)
    ? await runSigned(place.connection, { kind: "hook", words: signedWords(hook, env), input }, request)
    : await runCommand(place.connection, script, { ...request, elevation });
  tell("stdout", splitters.stdout.rest());
  tell("stderr", splitters.stderr.rest());
  return exit;
}

/** The host finds the command in its manifest by its digest. It takes words of one line, of some 8,000 bytes at most. */
const signedWords = ({ run }: PlanHook, env: HookCall["env"]): readonly string[] => [
  createHash("sha256").update(run).digest("hex"),
  ...Object.entries(env).map(([name, value]) => `${name}=${value.replace(/\p{Cc}+/gu, " ").slice(0, MAX_CHARACTERS)}`),
];

const MAX_CHARACTERS = 2_000;
