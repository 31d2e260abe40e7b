/** A rollout that stopped early, as the failure that the run reports. */
import { type Failure, failure } from "../outcome/failure.ts";
import type { FailureCode } from "../outcome/failure-codes/index.ts";
import type { HaltCause } from "./command.ts";
import type { RolloutState } from "./state.ts";
import { pauseWords, stageWords } from "./words.ts";

/** Nothing for a rollout that ended by itself or by the operator's signal. */
export function rolloutFailure({ outcome, halt, rollout }: RolloutState): Failure | undefined {
  if (outcome?.kind === "halted" && halt !== null) {
    const place = stageWords(rollout, halt.lane, halt.stage);
    const how = halt.cause === "held" ? "paused" : "halted";
    return failure(haltCodes[halt.cause], `${how} in ${place}: ${halt.because}`);
  }
  if (outcome?.kind !== "paused") return undefined;
  const code = outcome.waitsFor === "approval" ? "rollout/waits-for-approval" : "rollout/waits-for-window";
  return failure(code, pauseWords(rollout, outcome));
}

const haltCodes: Readonly<Record<HaltCause, FailureCode>> = {
  canary: "rollout/canary-failed",
  held: "rollout/canary-held",
  failures: "rollout/too-many-failures",
  consecutive: "rollout/too-many-failures",
  unreachable: "rollout/too-many-unreachable",
  "no-progress": "rollout/no-progress",
  budget: "rollout/budget-used-up",
};
