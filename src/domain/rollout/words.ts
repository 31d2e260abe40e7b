/** Names of lanes and stages as they stand in reasons. */
import type { RolloutOutcome } from "./command.ts";
import type { Lane, Rollout } from "./plan-rollout.ts";

export function laneOf(rollout: Rollout, lane: number): Lane {
  const found = rollout.lanes[lane];
  if (found === undefined) throw new Error(`the rollout has no lane ${lane}`);
  return found;
}

/** "stage 2 of 4 (10%)", with the lane before it where there are several. */
export function stageWords(rollout: Rollout, lane: number, stage: number): string {
  const { name, stages } = laneOf(rollout, lane);
  const place = stages.length === 1 ? "" : ` ${stage + 1} of ${stages.length}`;
  const words = `stage${place} (${stages[stage]?.name ?? "none"})`;
  return rollout.lanes.length === 1 ? words : `${name}: ${words}`;
}

export const countWords = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** To the minute, or to the second where it matters. */
export const instantWords = (ms: number): string => new Date(ms).toISOString().replace(/(:00)?\.000Z$/, "Z");

/** "stage 2 of 4 (10%) waits for an approval", "hosts wait for a window, the next opens 2026-11-01T01:00Z". */
export function pauseWords(
  rollout: Rollout,
  { waitsFor, untilMs, gates }: Extract<RolloutOutcome, { readonly kind: "paused" }>,
): string {
  if (waitsFor === "window") {
    return `hosts wait for a window, ${untilMs === null ? "none opens any more" : `the next opens ${instantWords(untilMs)}`}`;
  }
  const lanes = rollout.lanes.map(({ name }) => name);
  const stages = gates.map(({ lane, stage }) => stageWords(rollout, lanes.indexOf(lane), stage));
  return `${stages.join(", ")} ${stages.length === 1 ? "waits" : "wait"} for an approval`;
}
