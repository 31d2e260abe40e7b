/** Counting what went wrong, and the limits that halt. Counts go over the whole rollout of a lane, not over a stage. */
import type { HostStatus } from "../outcome/events.ts";
import { type Draft, hostAt, laneAt, markOf } from "./draft.ts";
import { halt, queueRollbacks } from "./halt.ts";
import type { OnFailure } from "./on-failure.ts";
import type { Pace } from "./plan-rollout.ts";
import { countWords, laneOf } from "./words.ts";

/** A host that failed: in its activation, its health checks, or later while it soaked. */
export function noteFailure(draft: Draft, rank: number, how: HostStatus | "soak"): void {
  const { name, lane: at, stage } = hostAt(draft, rank);
  const lane = laneAt(draft, at);
  const { pace, stages } = laneOf(draft.state.rollout, at);
  lane.failures += 1;
  lane.consecutive += 1;
  lane.allowance = 1;
  lane.ramp = 0;
  // Whoever finishes is reported anyway; a host that soaks was reported as healthy before.
  if (how === "soak") draft.commands.push({ type: "tell", level: "error", because: `${name} ${failureWords.soak}` });
  if (putsBack(pace.onFailure) && markOf(draft, rank).changed) queueRollbacks(draft, [rank]);
  if (stages[stage]?.canary === true) haltForCanary(draft, rank, failureWords[how] ?? "failed");
  haltAtLimits(draft, { lane: at, stage, pace });
}

export function noteUnreachable(draft: Draft, rank: number): void {
  const { lane: at, stage } = hostAt(draft, rank);
  const lane = laneAt(draft, at);
  const { pace, stages } = laneOf(draft.state.rollout, at);
  lane.unreachable += 1;
  if (stages[stage]?.canary === true) haltForCanary(draft, rank, "is unreachable");
  const { maxUnreachable } = pace;
  if (maxUnreachable !== null && lane.unreachable > maxUnreachable) {
    const because = `${countWords(lane.unreachable, "host")} unreachable, ${maxUnreachable} allowed`;
    halt(draft, { cause: "unreachable", lane: at, stage, because });
  }
}

/** A host that was not tried. Others go on, but not past a canary that proved nothing. */
export function noteSetback(draft: Draft, rank: number, status: HostStatus): void {
  const { name, lane, stage } = hostAt(draft, rank);
  if (laneOf(draft.state.rollout, lane).stages[stage]?.canary !== true) return;
  if (status === "held") halt(draft, { cause: "held", lane, stage, because: `canary ${name} is held` });
  else haltForCanary(draft, rank, `was not tried: ${status.replace("_", " ")}`);
}

/** Whether a failed host is put back to what it ran before. */
export const putsBack = (policy: OnFailure): boolean => policy !== "stop" && policy !== "continue";

const failureWords: Readonly<Partial<Record<HostStatus | "soak", string>>> = {
  changed: "is not healthy",
  unchanged: "is not healthy",
  unknown: "ended in a way that nobody knows",
  rolled_back: "went back to what it ran before",
  soak: "turned unhealthy while it soaked",
};

function haltForCanary(draft: Draft, rank: number, how: string): void {
  const { name, lane, stage } = hostAt(draft, rank);
  halt(draft, { cause: "canary", lane, stage, because: `canary ${name} ${how}` });
}

function haltAtLimits(
  draft: Draft,
  { lane: at, stage, pace }: { readonly lane: number; readonly stage: number; readonly pace: Pace },
): void {
  const { failures, consecutive } = laneAt(draft, at);
  const { maxFailures, consecutiveFailures } = pace;
  if (maxFailures !== null && failures > maxFailures) {
    const because = `${countWords(failures, "host")} failed, ${maxFailures} allowed`;
    halt(draft, { cause: "failures", lane: at, stage, because });
  } else if (consecutiveFailures !== null && consecutive >= consecutiveFailures) {
    halt(draft, { cause: "consecutive", lane: at, stage, because: `${consecutive} hosts failed one after another` });
  }
}
