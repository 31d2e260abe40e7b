/** What an event changes by itself, before anything is decided. */
import type { HostStatus } from "../outcome/events.ts";
import { unreachable } from "../outcome/unreachable.ts";
import { type Draft, hostAt, laneAt, mark, markOf, rankOf } from "./draft.ts";
import type { RolloutEvent } from "./event.ts";
import { noteFailure, noteSetback, noteUnreachable } from "./failures.ts";
import { putBackIfHalted } from "./halt.ts";
import { setPatience } from "./patience.ts";
import { resume } from "./resume.ts";
import { endCheck } from "./soak.ts";
import { enterStage } from "./stage.ts";
import type { HostPhase } from "./state.ts";

type Of<T extends RolloutEvent["type"]> = Extract<RolloutEvent, { readonly type: T }>;

export function applyEvent(draft: Draft, event: RolloutEvent): void {
  const { outcome } = draft.state;
  if ((outcome?.kind === "not-begun") !== (event.type === "begun")) {
    throw new Error(`${event.type} ${event.type === "begun" ? "comes twice" : "comes before begun"}`);
  }
  switch (event.type) {
    case "begun":
      begin(draft, event);
      break;
    case "resumed":
      resume(draft, event);
      break;
    case "tick":
      break;
    case "host-started":
      started(draft, event);
      break;
    case "host-finished":
      finished(draft, event);
      break;
    case "health-checked":
      checked(draft, event);
      break;
    case "host-rolled-back":
      rolledBack(draft, event);
      break;
    case "approved":
      approve(draft, event);
      break;
    case "interrupted":
      interrupt(draft, event);
      break;
    default:
      unreachable(event);
  }
}

function begin(draft: Draft, event: Of<"begun">): void {
  draft.state.outcome = null;
  setPatience(draft, event);
  for (const lane of draft.state.lanes.keys()) enterStage(draft, lane, 0);
}

/** A journal is believed, also where this version would have started another host. */
function started(draft: Draft, { host }: Of<"host-started">): void {
  const rank = rankOf(draft, host);
  const { phase } = markOf(draft, rank);
  if (phase === "pending" || phase === "starting") mark(draft, rank, { phase: "running" });
}

function finished(draft: Draft, { host, status, healthy, changed }: Of<"host-finished">): void {
  const rank = rankOf(draft, host);
  const before = markOf(draft, rank);
  // A second verdict changes nothing: the first was acted on.
  if (before.phase !== "pending" && before.phase !== "starting" && before.phase !== "running") return;
  const phase = phaseAfter(status, healthy);
  mark(draft, rank, { phase, changed: phase !== "rolled-back" && (changed || before.changed) });
  if (phase === "healthy") noteHealthy(draft, rank);
  else if (phase === "failed" || phase === "rolled-back") noteFailure(draft, rank, status);
  else if (phase === "unreachable") noteUnreachable(draft, rank);
  else noteSetback(draft, rank, status);
}

function phaseAfter(status: HostStatus, healthy: boolean): HostPhase {
  switch (status) {
    case "changed":
    case "unchanged":
      return healthy ? "healthy" : "failed";
    case "failed":
    // What nobody knows is not taken for fine.
    case "unknown":
      return "failed";
    case "rolled_back":
      return "rolled-back";
    case "unreachable":
      return "unreachable";
    case "locked":
    case "held":
    case "not_started":
      return "set-aside";
    case "skipped":
    case "stale":
      return "left-out";
    default:
      return unreachable(status);
  }
}

function noteHealthy(draft: Draft, rank: number): void {
  const host = hostAt(draft, rank);
  const lane = laneAt(draft, host.lane);
  if (host.stage === lane.stage) lane.turned += 1;
  lane.consecutive = 0;
  lane.progressAtMs = draft.nowMs;
  lane.ramp += 1;
  if (lane.ramp >= lane.allowance) {
    lane.allowance *= 2;
    lane.ramp = 0;
  }
  putBackIfHalted(draft, [rank]);
}

function checked(draft: Draft, { lane: name, unhealthy }: Of<"health-checked">): void {
  const lane = laneNamed(draft, name);
  if (laneAt(draft, lane).soak?.checking === "no") return;
  for (const host of unhealthy) {
    const rank = rankOf(draft, host);
    if (markOf(draft, rank).phase !== "healthy") continue;
    mark(draft, rank, { phase: "failed" });
    noteFailure(draft, rank, "soak");
  }
  endCheck(draft, lane);
}

function rolledBack(draft: Draft, { host, ok }: Of<"host-rolled-back">): void {
  const rank = rankOf(draft, host);
  if (markOf(draft, rank).phase !== "rolling-back") return;
  mark(draft, rank, { phase: ok ? "rolled-back" : "failed", changed: !ok });
  if (!ok) draft.commands.push({ type: "tell", level: "error", because: `${host} could not be put back` });
}

function approve(draft: Draft, { lane: name, stage }: Of<"approved">): void {
  const lane = laneAt(draft, laneNamed(draft, name));
  lane.approved = Math.max(lane.approved, stage);
}

function interrupt(draft: Draft, { how }: Of<"interrupted">): void {
  if (draft.state.interruption !== "detach") draft.state.interruption = how;
}

function laneNamed({ index }: Draft, name: string): number {
  const lane = index.laneOf.get(name);
  if (lane === undefined) throw new Error(`${name} is no lane of the rollout`);
  return lane;
}
