/** Runs a command or task of the operator on the host, and keeps what it prints. */
import { hostPrinted } from "../../domain/outcome/event-bodies.ts";
import { failure } from "../../domain/outcome/failure.ts";
import type { Step } from "../../domain/plan/plan.ts";
import { runCommand } from "../host-program/run-command.ts";
import { createLineSplitter } from "../line-splitter.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";

export async function runOnHost(step: Extract<Step, { kind: "run" }>, context: StepContext): Promise<StepOutcome> {
  const { session, interruption, elevation } = context;
  const host = session.host.name;
  const stdout = printer("stdout", context);
  const stderr = printer("stderr", context);
  const exit = await runCommand(session.connection, step.command, {
    elevation: step.sudo ? elevation : { kind: "none" },
    timeoutMs: step.timeoutMs,
    signal: interruption.detached,
    onStdout: stdout.push,
    onStderr: stderr.push,
  });
  stdout.end();
  stderr.end();
  if (!exit.ok) {
    // A command that was not seen to its end may go on over there.
    const lost = exit.error.code === "transport/lost" || exit.error.code === "transport/aborted";
    return { kind: lost ? "unknown" : "failed", error: { ...exit.error, host } };
  }
  if (exit.value === 0) return { kind: "done" };
  const what = `the command ended with exit code ${exit.value}`;
  return { kind: "failed", error: failure("host/command-failed", what, { host }) };
}

function printer(stream: "stdout" | "stderr", { session, recorder }: StepContext) {
  const host = session.host.name;
  const lines = createLineSplitter();
  const print = (texts: readonly string[]): void => {
    for (const text of texts) void recorder.record(hostPrinted(host, "task", stream, text));
  };
  return {
    push: (chunk: Uint8Array): void => {
      void recorder.hostLog(host, chunk);
      print(lines.push(chunk));
    },
    end: (): void => print(lines.rest()),
  };
}
