/** Runs a program that secrets come from; what it prints stays in memory. */
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { type ProcessOutcome, runProcess } from "../process/run.ts";

const TIMEOUT_MS = 60_000;
/** Larger secrets are mistakes. */
const MAX_SECRET_BYTES = 4 * 1024 * 1024;

export interface ToolRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: Uint8Array;
  readonly signal: AbortSignal;
  /** What it is needed for, as half a sentence. */
  readonly needed: string;
}

/** What it printed, byte for byte. Fails with `secrets/tool-missing` or `secrets/source-failed`. */
export async function runTool(run: ToolRun): Promise<Result<Uint8Array>> {
  const { needed, ...request } = run;
  const outcome = await runProcess({ ...request, timeoutMs: TIMEOUT_MS, maxStdoutBytes: MAX_SECRET_BYTES });
  if (outcome.kind === "exited" && outcome.code === 0) return ok(outcome.stdoutBytes);
  if (outcome.kind === "not-started" && outcome.errno === "ENOENT") return err(missing(run));
  return err(failed(run, outcome));
}

const missing = ({ file, needed }: ToolRun): Failure =>
  failure("secrets/tool-missing", `the program ${file} is not on this machine`, {
    expected: `${file} on the PATH (${needed})`,
    next: file === "age" ? "apt install age" : `install ${file}`,
  });

function failed({ file, needed }: ToolRun, outcome: ProcessOutcome): Failure {
  const stderr = "stderr" in outcome ? outcome.stderr.trim() : "";
  return failure("secrets/source-failed", `${file} did not give the secret (${needed})`, {
    found: outcome.kind === "exited" ? `exit code ${outcome.code}` : outcome.kind,
    ...(stderr === "" ? {} : { detail: stderr.split("\n").slice(-5).join("\n") }),
    next: "run it by hand and see what it asks for",
  });
}
