/** How a rollout ends, or comes to rest. */
import { elementOf } from "./blocks.ts";
import type { RolloutOutcome } from "./command.ts";
import { type Draft, hostAt, isInFlight } from "./draft.ts";
import { awaitsRollback } from "./halt.ts";
import { isGateOpen, isThrough } from "./stage.ts";
import { nextOpening } from "./wake.ts";
import { countWords, laneOf, pauseWords } from "./words.ts";

/** Tells the end when nothing is in flight and nothing will happen by itself. */
export function finishIfIdle(draft: Draft): void {
  const outcome = outcomeOf(draft);
  if (outcome === undefined) return;
  draft.state.outcome = outcome;
  draft.commands.push({ type: "finish", outcome, because: outcomeWords(draft, outcome) });
}

function outcomeOf(draft: Draft): RolloutOutcome | undefined {
  const { state } = draft;
  if (state.interruption === "detach") return { kind: "detached", inFlight: hostsInFlight(draft) };
  if (state.inFlight > 0 || awaitsRollback(draft)) return undefined;
  if (state.lanes.every((_, lane) => isThrough(draft, lane))) return { kind: "completed" };
  if (state.halt !== null)
    return pendingHosts(draft) + state.halt.putBack === 0
      ? { kind: "completed" }
      : { kind: "halted", cause: state.halt.cause };
  if (state.interruption === "drain") return { kind: "interrupted" };
  if (state.lanes.some((lane) => lane.soak !== null)) return undefined;
  return restOf(draft);
}

/** Nothing is missing but a window or an approval: wait for it, or rest. */
function restOf(draft: Draft): RolloutOutcome | undefined {
  const { state, nowMs } = draft;
  const gates = [...closedGates(draft)];
  const asks = gates.length > 0;
  if (asks && nowMs < (state.approvalWaitEndsMs ?? Number.POSITIVE_INFINITY)) return undefined;
  const untilMs = nextOpening(draft);
  if (untilMs !== null && untilMs <= (state.windowWaitEndsMs ?? Number.POSITIVE_INFINITY)) return undefined;
  return { kind: "paused", waitsFor: asks ? "approval" : "window", untilMs, gates };
}

function* closedGates(draft: Draft): Generator<{ readonly lane: string; readonly stage: number }> {
  for (const [lane, { stage }] of draft.state.lanes.entries()) {
    if (isThrough(draft, lane) || isGateOpen(draft, lane)) continue;
    yield { lane: laneOf(draft.state.rollout, lane).name, stage };
  }
}

const hostsInFlight = (draft: Draft): string[] =>
  [...draft.state.rollout.order.keys()]
    .filter((rank) => isInFlight(elementOf(draft.state.hosts, rank).phase))
    .map((rank) => hostAt(draft, rank).name);

const pendingHosts = ({ state }: Draft): number =>
  state.hosts.reduce((sum, block) => sum + block.filter(({ phase }) => phase === "pending").length, 0);

function outcomeWords(draft: Draft, outcome: RolloutOutcome): string {
  switch (outcome.kind) {
    case "completed":
      return "every host had its turn";
    case "halted":
      return `${draft.state.halt?.because}; ${countWords(pendingHosts(draft), "host")} not started`;
    case "paused":
      return pauseWords(draft.state.rollout, outcome);
    case "interrupted":
      return `interrupted; ${countWords(pendingHosts(draft), "host")} not started`;
    case "detached":
      return `detached; ${countWords(outcome.inFlight.length, "host")} in flight`;
  }
}
