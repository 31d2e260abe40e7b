/** A child of ours as a process of the port. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { RemoteOutcome, RemoteProcess, SpawnOptions } from "../../ports/transport.ts";
import type { CommandLimits } from "./command-limits.ts";
import { readPaced } from "./paced.ts";

/** Translates how the child ended; the default takes it as it is. */
export type OutcomeOf = (code: number | null, signal: NodeJS.Signals | null) => Promise<RemoteOutcome> | RemoteOutcome;

const asItIs: OutcomeOf = (code, signal) =>
  code === null ? { kind: "signalled", signal: signal ?? "an unknown signal" } : { kind: "exited", code };

/** The child leads its own group; when the limits strike, the whole group is ended. */
export function processOfChild(
  child: ChildProcessWithoutNullStreams,
  options: Pick<SpawnOptions, "onStdout" | "onStderr">,
  limits: CommandLimits,
  outcomeOf: OutcomeOf = asItIs,
): RemoteProcess {
  const { promise: outcome, resolve } = Promise.withResolvers<RemoteOutcome>();
  const writes = new Set<() => void>();
  readPaced(child.stdout, options.onStdout);
  readPaced(child.stderr, options.onStderr);
  // A child that does not read its input to the end is no trouble.
  child.stdin.on("error", () => {});
  child.on("close", (code, signal) => {
    for (const written of writes) written();
    limits.clear();
    void Promise.resolve(outcomeOf(code, signal)).then(resolve);
  });
  limits.signal.addEventListener("abort", () => {
    resolve(limits.outcome());
    endGroup(child.pid);
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  });
  return {
    outcome,
    write: (bytes) =>
      new Promise((written) => {
        if (!child.stdin.writable) return written();
        writes.add(written);
        child.stdin.write(bytes, () => {
          writes.delete(written);
          written();
        });
      }),
    end: () => child.stdin.end(),
  };
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGTERM");
  } catch {
    // It is gone already.
  }
}
