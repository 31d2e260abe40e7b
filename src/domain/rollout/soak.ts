/** Soaking: after its last host a stage has to stay healthy for a while; looked at now and then, and once at the end. */
import { durationText } from "../inventory/duration.ts";
import { stageAt } from "./admission.ts";
import { type Draft, hostAt, laneAt, markOf } from "./draft.ts";
import { laneOf, stageWords } from "./words.ts";

/** How often the health of a soaking stage is looked at. */
export const SOAK_CHECK_MS = 30_000;

/** Whether the lane's stage, all of whose hosts had their turn, still has to soak. */
export const soaks = (draft: Draft, lane: number): boolean =>
  laneOf(draft.state.rollout, lane).pace.soakMs > 0 && laneAt(draft, lane).turned > 0;

/** Begins the soak, or looks at health when it is time to. */
export function proceedWithSoak(draft: Draft, lane: number): void {
  const work = laneAt(draft, lane);
  work.soak ??= beginSoak(draft, lane);
  const { endsAtMs, nextCheckAtMs, checking } = work.soak;
  if (checking !== "no" || draft.nowMs < nextCheckAtMs) return;
  work.soak = { ...work.soak, checking: draft.nowMs >= endsAtMs ? "last" : "yes" };
  const because = `${stageWords(draft.state.rollout, lane, work.stage)} soaks`;
  draft.commands.push({
    type: "check-health",
    lane: laneOf(draft.state.rollout, lane).name,
    hosts: healthyHosts(draft, lane),
    because,
  });
}

/** After an answer: the last one ends the soak, unless it halted the rollout. */
export function endCheck(draft: Draft, lane: number): void {
  const work = laneAt(draft, lane);
  if (work.soak === null) return;
  const { endsAtMs, checking } = work.soak;
  if (checking === "last" && draft.state.halt === null) {
    work.soak = null;
    work.turned = 0;
    return;
  }
  work.soak = { endsAtMs, nextCheckAtMs: nextCheck(draft.nowMs, endsAtMs), checking: "no" };
}

function beginSoak(draft: Draft, lane: number) {
  const { soakMs } = laneOf(draft.state.rollout, lane).pace;
  const { stage } = laneAt(draft, lane);
  const because = `${stageWords(draft.state.rollout, lane, stage)} is through and soaks for ${durationText(soakMs)}`;
  draft.commands.push({ type: "tell", level: "info", because });
  const endsAtMs = draft.nowMs + soakMs;
  return { endsAtMs, nextCheckAtMs: nextCheck(draft.nowMs, endsAtMs), checking: "no" as const };
}

const nextCheck = (nowMs: number, endsAtMs: number): number => Math.min(nowMs + SOAK_CHECK_MS, endsAtMs);

function healthyHosts(draft: Draft, lane: number): string[] {
  const ranks = stageAt(draft, lane, laneAt(draft, lane).stage)?.ranks ?? [];
  return ranks.filter((rank) => markOf(draft, rank).phase === "healthy").map((rank) => hostAt(draft, rank).name);
}
