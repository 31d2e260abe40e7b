/** `nixfleet runs attach`, for a run that another process of this machine carries out: shows what it tells, and what came of it. */
import type { RunId } from "../../domain/ids.ts";
import { type ExitCode, exitCodes } from "../../domain/outcome/exit-codes.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok } from "../../domain/outcome/result.ts";
import type { Audience } from "../../ports/audience.ts";
import type { Journal } from "../../ports/journal.ts";
import type { Outcome } from "../run-frame.ts";

/** Ends with the run's own exit code; with 130 when the operator no longer wants to watch, which leaves the run alone. */
export async function watchRun(
  run: RunId,
  { journal, audience, signal }: { journal: Journal; audience: Pick<Audience, "event" | "note">; signal: AbortSignal },
): Promise<Outcome> {
  let exit: ExitCode | undefined;
  const watched = await journal.follow(
    run,
    (event) => {
      if (event.type === "version") exit = undefined;
      if (event.type === "summary") exit = event.exit as ExitCode;
      audience.event(event);
    },
    signal,
  );
  if (!watched.ok) return err([watched.error]);
  if (exit !== undefined) return ok(exit);
  if (signal.aborted) {
    audience.note(`run ${run} goes on`);
    return ok(exitCodes.interrupted);
  }
  return err([
    failure("cli/run-died", `the process that carried out run ${run} is gone`, {
      next: `nixfleet runs resume ${run}`,
    }),
  ]);
}
