/** Runs a command or task of the operator on the host, and keeps what it prints. */
import { isRestricted } from "../../domain/inventory/access.ts";
import { hostPrinted } from "../../domain/outcome/event-bodies.ts";
import { failure } from "../../domain/outcome/failure.ts";
import type { Step } from "../../domain/plan/plan.ts";
import { runCommand } from "../host-program/run-command.ts";
import { runSigned } from "../host-program/run-signed.ts";
import { createLineSplitter } from "../line-splitter.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";

export async function runOnHost(step: Extract<Step, { kind: "run" }>, context: StepContext): Promise<StepOutcome> {
  const { session, interruption, elevation, clock } = context;
  const host = session.host.name;
  const stdout = printer("stdout", context);
  const stderr = printer("stderr", context);
  const startedAt = clock.now();
  const request = {
    timeoutMs: step.timeoutMs,
    signal: interruption.detached,
    onStdout: stdout.push,
    onStderr: stderr.push,
  };
  const exit = isRestricted(session.host)
    ? await runSigned(session.connection, { kind: "task", words: [step.task ?? ""], input: "" }, request)
    : await runCommand(session.connection, step.command, {
        ...request,
        elevation: step.sudo ? elevation : { kind: "none" },
      });
  await Promise.all([stdout.end(), stderr.end()]);
  if (!exit.ok) {
    // A command that was not seen to its end may go on over there.
    const lost = exit.error.code === "transport/lost" || exit.error.code === "transport/aborted";
    return { kind: lost ? "unknown" : "failed", error: { ...exit.error, host } };
  }
  if (exit.value === 0) return { kind: "done" };
  if (TIMEOUT_EXITS.has(exit.value) && clock.now() - startedAt >= step.timeoutMs) {
    const late = `the command did not end within ${step.timeoutMs / 1000} s and was ended`;
    return { kind: "failed", error: failure("host/command-timeout", late, { host }) };
  }
  const what = `the command ended with exit code ${exit.value}`;
  return { kind: "failed", error: failure("host/command-failed", what, { host }) };
}

/** What `timeout` ends with when it had to end the command, by SIGTERM or by SIGKILL. */
const TIMEOUT_EXITS: ReadonlySet<number> = new Set([124, 137]);

function printer(stream: "stdout" | "stderr", { session, recorder }: StepContext) {
  const host = session.host.name;
  const lines = createLineSplitter();
  const print = (texts: readonly string[]) =>
    texts.map((text) => recorder.record(hostPrinted(host, "task", stream, text)));
  return {
    // Whoever prints faster than we can record has to wait.
    push: async (chunk: Uint8Array): Promise<void> => {
      await Promise.all([recorder.hostLog(host, chunk), ...print(lines.push(chunk))]);
    },
    end: async (): Promise<void> => {
      await Promise.all(print(lines.rest()));
    },
  };
}
