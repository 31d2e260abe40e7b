/** Runs `ssh -G`, the only complete reader of the SSH configuration. */
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";

export interface SshQuestion {
  readonly alias: string;
  /** -p, -l, -i, -J as the inventory says. */
  readonly sshArguments: readonly string[];
  /** As with `ssh -F`. */
  readonly sshConfig?: string;
}

const RESOLVE_MS = 20_000;

/** Gives what it printed. Fails with `transport/ssh-config` or `transport/ssh-missing`. */
export async function askSsh(question: SshQuestion, signal: AbortSignal): Promise<Result<string>> {
  const { runProcess } = await import("../process/run.ts");
  const from = question.sshConfig === undefined ? [] : ["-F", question.sshConfig];
  const args = ["-G", ...from, ...question.sshArguments, "--", question.alias];
  const outcome = await runProcess({ file: "ssh", args, signal, timeoutMs: RESOLVE_MS });
  if (outcome.kind === "not-started") {
    return err(failure("transport/ssh-missing", "ssh cannot be started", { found: outcome.reason }));
  }
  if (outcome.kind === "exited" && outcome.code === 0) return ok(outcome.stdout);
  return err(
    failure("transport/ssh-config", `the SSH configuration of ${question.alias} cannot be resolved`, {
      found: outcome.kind === "exited" ? `exit code ${outcome.code} of ssh -G` : `ssh -G: ${outcome.kind}`,
      ...(outcome.stderr.trim() === "" ? {} : { detail: outcome.stderr.trim() }),
      next: `try: ssh ${args.join(" ")}`,
    }),
  );
}
