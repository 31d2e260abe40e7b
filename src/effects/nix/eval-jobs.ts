/** Evaluates through nix-eval-jobs where it is on PATH and fits: its workers start anew when they need too much memory. */
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { HostName } from "../../domain/ids.ts";
import { parseAnswer } from "../../domain/nix/answer.ts";
import { fitsNix, jobsProjection, jobsSelection, parseJobLine } from "../../domain/nix/eval-jobs.ts";
import type { EvaluationShape } from "../../domain/nix/evaluation-plan.ts";
import type { NixVersion } from "../../domain/nix/version.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import type { EvaluatedHost } from "../../ports/nix-builder.ts";
import type { Environment } from "../lab/cache-folder.ts";
import { type EvaluationSite, ignoredOverride } from "./ask-hosts.ts";
import type { RunNix } from "./command.ts";

const TIMEOUT_MS = 2 * 60 * 60_000;
const MIB = 2 ** 20;

/** The program's path; undefined when there is none, or only one of another release than Nix. */
export function findEvalJobs(nix: NixVersion, env: Environment): string | undefined {
  const program = (env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "nix-eval-jobs"))
    .find(isRunnable);
  return program !== undefined && fitsNix(realpathSync(program), nix) ? program : undefined;
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isAbsolute(path);
  } catch {
    return false;
  }
}

/**
 * Hosts that it says nothing of, because it broke down or does not understand something, have to be asked otherwise.
 *
 * @param onHost called with each host as it is done; "threw" without its message
 * @returns the failure when what it said cannot be used at all
 */
export async function evaluateInJobs(
  run: RunNix,
  { wrapper, overrides, signal }: EvaluationSite,
  hosts: readonly HostName[],
  { workers, bytesPerWorker }: EvaluationShape,
  onHost: (host: HostName, outcome: EvaluatedHost | "threw") => void,
): Promise<Failure | undefined> {
  const called = await run({
    args: [
      ...["--option", "eval-cache", "false", ...overrides],
      ...["--workers", String(workers), "--max-memory-size", String(Math.floor(bytesPerWorker / MIB))],
      ...["--select", jobsSelection(hosts), "--apply", jobsProjection, "--flake", `${wrapper}#hosts`],
    ],
    signal,
    timeoutMs: TIMEOUT_MS,
    onStdoutLine: (text) => {
      const [host, outcome] = outcomeIn(text, hosts) ?? [];
      if (host !== undefined && outcome !== undefined) onHost(host, outcome);
    },
  });
  return ignoredOverride(called.ok ? called.value.log : called.error.log);
}

function outcomeIn(text: string, hosts: readonly HostName[]): readonly [HostName, EvaluatedHost | "threw"] | undefined {
  const line = parseJobLine(text);
  const host = hosts.find((name) => name === line?.host);
  if (line === undefined || host === undefined) return undefined;
  if (line.answer === undefined) return [host, "threw"];
  const answer = parseAnswer(JSON.stringify({ [host]: { success: true, value: line.answer } }));
  const value = typeof answer === "string" ? undefined : answer.hosts[0];
  return value === undefined ? undefined : [host, value];
}
