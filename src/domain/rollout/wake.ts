/** When the machine wants to be asked again although nothing happened. */
import { areBudgetsFree, heads, opensAt } from "./admission.ts";
import { type Draft, isStopped, laneAt } from "./draft.ts";
import { isGateOpen, isThrough } from "./stage.ts";
import { laneOf } from "./words.ts";

/** Tells the next time at which something is due, if it is another than was told before. */
export function askToBeWoken(draft: Draft): void {
  const { state } = draft;
  const due = state.outcome === null ? nextDue(draft) : undefined;
  const before = state.wakeAtMs;
  state.wakeAtMs = due?.atMs ?? null;
  if (due !== undefined && due.atMs !== before) draft.commands.push({ type: "wake", ...due });
}

/** When the first window opens that a waiting host needs; null when there is none. */
export function nextOpening(draft: Draft): number | null {
  const openings = [...draft.state.lanes.keys()]
    .filter((lane) => !isThrough(draft, lane) && isGateOpen(draft, lane) && laneAt(draft, lane).soak === null)
    .flatMap((lane) => heads(draft, lane))
    // A full budget turns free by something that happens, not by time.
    .filter(({ queue }) => areBudgetsFree(draft, queue.budgets))
    .map(({ queue }) => opensAt(draft, queue))
    .filter((atMs) => atMs !== null && atMs > draft.nowMs);
  return openings.reduce((first, atMs) => (first === null || (atMs ?? 0) < first ? atMs : first), null);
}

interface Due {
  readonly atMs: number;
  readonly because: string;
}

function nextDue(draft: Draft): Due | undefined {
  const due = [...deadlines(draft), ...(isStopped(draft) ? [] : [...soakChecks(draft), ...waits(draft)])];
  return due.reduce<Due | undefined>(
    (first, one) => (first === undefined || one.atMs < first.atMs ? one : first),
    undefined,
  );
}

function* deadlines({ state }: Draft): Generator<Due> {
  if (state.halt !== null) return;
  for (const [at, { inFlight, progressAtMs }] of state.lanes.entries()) {
    const { progressDeadlineMs } = laneOf(state.rollout, at).pace;
    if (progressDeadlineMs === null || inFlight === 0) continue;
    yield { atMs: progressAtMs + progressDeadlineMs, because: "the progress deadline" };
  }
}

function* soakChecks({ state }: Draft): Generator<Due> {
  for (const { soak } of state.lanes) {
    if (soak?.checking === "no") yield { atMs: soak.nextCheckAtMs, because: "a look at what soaks" };
  }
}

function* waits(draft: Draft): Generator<Due> {
  const { state } = draft;
  const opening = nextOpening(draft);
  if (opening !== null) yield { atMs: opening, because: "a window opens" };
  const asks = state.lanes.some((_, lane) => !isThrough(draft, lane) && !isGateOpen(draft, lane));
  if (asks && state.approvalWaitEndsMs !== null && state.approvalWaitEndsMs > draft.nowMs) {
    yield { atMs: state.approvalWaitEndsMs, because: "no approval" };
  }
}
