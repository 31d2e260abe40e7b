/** Executable inventories: run with `--list`, as Ansible does; `--host` is never asked for. */
import { dirname } from "node:path";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { ProcessOutcome } from "../process/run.ts";

// Cloud APIs are slow, but an inventory that takes longer than this hangs.
const TIMEOUT_MS = 120_000;

export async function runInventoryScript(path: string): Promise<Result<string>> {
  const { runProcess } = await import("../process/run.ts");
  const outcome = await runProcess({
    file: path,
    args: ["--list"],
    cwd: dirname(path),
    signal: new AbortController().signal,
    timeoutMs: TIMEOUT_MS,
  });
  return outcome.kind === "exited" && outcome.code === 0 ? ok(outcome.stdout) : err(scriptFailed(path, outcome));
}

function scriptFailed(path: string, outcome: ProcessOutcome): Failure {
  const detail = "stderr" in outcome ? outcome.stderr.trim() : "";
  return failure("inventory/script-failed", `${path} --list ${endOf(outcome)}`, {
    expected: "one JSON object on stdout, and exit code 0",
    ...(detail === "" ? {} : { detail: lastLines(detail) }),
    next: `run ${path} --list by hand`,
  });
}

function endOf(outcome: ProcessOutcome): string {
  switch (outcome.kind) {
    case "exited":
      return `ended with exit code ${outcome.code}`;
    case "signalled":
      return `was ended by ${outcome.signal}`;
    case "timeout":
    case "stalled":
      return `took longer than ${outcome.afterMs / 1000} s`;
    case "overflow":
      return `printed more than ${outcome.limitBytes} bytes`;
    case "aborted":
      return "was stopped";
    case "not-started":
      return `did not start: ${outcome.reason}`;
  }
}

const lastLines = (text: string): string => text.split("\n").slice(-10).join("\n");
