/** Whether a recorded run can go on, and what of it there is to go on with. */
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import { replay } from "../../domain/rollout/machine.ts";
import { progressOf } from "../../domain/rollout/progress.ts";
import type { RolloutState } from "../../domain/rollout/state.ts";
import type { RunReading } from "../../ports/journal.ts";

export interface Resumable {
  readonly plan: Plan;
  readonly state: RolloutState;
}

/** Fails with `cli/run-alive`, `cli/not-resumable`, `cli/journal-damaged` or `rollout/halt-stays`. */
export function resumable(
  reading: RunReading,
  { lift, onlyInFlight }: { readonly lift: "no" | "continue" | "retry-failed"; readonly onlyInFlight: boolean },
): Result<Resumable> {
  const { run, plan, rollout, state: phase } = reading;
  if (phase === "running") return err(alive(reading));
  if (phase === "ended") return err(over(reading));
  const damage = reading.diagnostics.find(({ found }) => plan === undefined || found?.startsWith("none on line"));
  if (plan === undefined || rollout.length === 0) return err(damage ?? neverBegan(reading));
  const state = replay(plan.rollout, rollout);
  const rests = state.outcome !== null && state.outcome.kind !== "detached" && phase !== "died";
  if (onlyInFlight && rests && progressOf(state).inFlight === 0) return err(nothingInFlight(reading));
  if (!onlyInFlight && lift === "no" && isHalted(state)) {
    return err(
      failure("rollout/halt-stays", `run ${run} was halted: ${state.halt?.because ?? "a limit was exceeded"}`, {
        next: `nixfleet runs resume ${run} --lift-halt goes on with the hosts that were not started`,
      }),
    );
  }
  return ok({ plan, state });
}

/** A canary that was only held is tried again without a word. */
const isHalted = ({ outcome, halt }: RolloutState): boolean => outcome?.kind === "halted" && halt?.cause !== "held";

const alive = ({ run }: RunReading): Failure =>
  failure("cli/run-alive", `a process carries out run ${run}`, { next: `nixfleet runs attach ${run} follows it` });

const over = ({ run, exit }: RunReading): Failure =>
  failure("cli/not-resumable", `run ${run} came to its end`, {
    found: `exit code ${exit ?? "unknown"}`,
    next:
      exit === 0
        ? "nixfleet plan shows what there is to do now"
        : `nixfleet apply --rerun failed --run ${run} takes its failed hosts into a new run`,
  });

const neverBegan = ({ run, verb }: RunReading): Failure =>
  failure("cli/not-resumable", `run ${run} ended before it began to change hosts`, {
    next: `run nixfleet ${verb} again`,
  });

const nothingInFlight = ({ run }: RunReading): Failure =>
  failure("cli/not-resumable", `no host of run ${run} is in flight`, {
    next: `nixfleet runs resume ${run} goes on with the others`,
  });
