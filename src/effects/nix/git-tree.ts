/** The git repository that holds the fleet, if any. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type GitStatus, parseGitStatus } from "../../domain/nix/git-status.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { type ProcessOutcome, runProcess } from "../process/run.ts";

export interface GitTree {
  /** The repository's root. */
  readonly root: string;
  /** The fleet's folder below it, without slashes around; empty when it is the root. */
  readonly folder: string;
  readonly shallow: boolean;
  readonly status: GitStatus;
}

const TIMEOUT_MS = 60_000;

/** Undefined when the folder is in no repository. */
export async function gitTree(folder: string, signal: AbortSignal): Promise<Result<GitTree | undefined>> {
  if (!isInRepository(folder)) return ok(undefined);
  const git = (...args: string[]) =>
    runProcess({
      file: "git",
      args: ["-C", folder, ...args],
      // A status that refreshes the index would lock out a git of the user.
      env: { LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" },
      signal,
      timeoutMs: TIMEOUT_MS,
    });
  const [place, status] = await Promise.all([
    git("rev-parse", "--show-toplevel", "--show-prefix", "--is-shallow-repository"),
    git("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all"),
  ]);
  if (place.kind !== "exited" || place.code !== 0) return err(gitFailure(place));
  if (status.kind !== "exited" || status.code !== 0) return err(gitFailure(status));
  const [root = "", prefix = "", shallow = "false"] = place.stdout.split("\n");
  return ok({
    root,
    folder: prefix.replace(/\/$/, ""),
    shallow: shallow === "true",
    status: parseGitStatus(status.stdout),
  });
}

/** Without starting git, which may be missing where there is no repository either. */
function isInRepository(folder: string): boolean {
  for (let current = folder; ; current = dirname(current)) {
    if (existsSync(join(current, ".git"))) return true;
    if (current === dirname(current)) return false;
  }
}

function gitFailure(outcome: ProcessOutcome): Failure {
  if (outcome.kind === "aborted") return failure("nix/interrupted", "git was stopped");
  if (outcome.kind === "not-started") {
    return failure("nix/source-failed", "the fleet lies in a git repository, but git cannot be started", {
      found: outcome.reason,
      next: "Install git.",
    });
  }
  return failure("nix/source-failed", "git cannot read the fleet's repository", {
    ...(outcome.stderr.trim() === "" ? { found: outcome.kind } : { detail: outcome.stderr.trim() }),
    next: "Run `git status` in the fleet's folder and follow its advice.",
  });
}
