/** Whether a reboot may begin now, and the waiting until it may. */
import { phaseProgressed } from "../../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { instantWords } from "../../domain/rollout/words.ts";
import { calendarOf, nextStart } from "../../domain/windows/calendar.ts";
import type { Reboot } from "./context.ts";

/** The clock may be set meanwhile. */
const LONGEST_SLEEP_MS = 60_000;

/** Nothing once the window is open: at once, or as soon as it opens where the run is patient enough. */
export async function untilWindow({ step, context }: Reboot): Promise<Failure | undefined> {
  const { clock, interruption, recorder, session, windowWaitEndsMs } = context;
  for (let told = false; ; told = true) {
    const now = clock.now();
    const opening = nextStart(calendarOf(step.window, step.blackouts), now, step.estimateMs);
    if (opening?.startMs === now) return undefined;
    const inTime = opening !== undefined && opening.startMs <= (windowWaitEndsMs ?? Number.POSITIVE_INFINITY);
    if (!inTime || interruption.draining.aborted) return windowShut(step, now);
    const words = `waiting for the reboot window, which opens ${instantWords(opening.startMs)}`;
    if (!told) await recorder.record(phaseProgressed("reboot", words, { host: session.host.name }));
    await clock.sleep(Math.min(opening.startMs - now, LONGEST_SLEEP_MS), interruption.draining);
  }
}

/** Nothing when it may: the window is open and enough of it is left. */
export function windowShut({ window, blackouts, estimateMs }: Reboot["step"], nowMs: number): Failure | undefined {
  const opening = nextStart(calendarOf(window, blackouts), nowMs, estimateMs);
  if (opening?.startMs === nowMs) return undefined;
  return failure("reboot/window", "the host's reboot window is shut, or too little of it is left", {
    expected: `${window.length === 0 ? "no blackout" : window.join(", or ")}, with ${Math.ceil(estimateMs / 60_000)} min left`,
    found: opening === undefined ? "it never opens" : `it opens at ${new Date(opening.startMs).toISOString()}`,
    next: "run nixfleet reboot then, let it wait with --wait, or reboot at once with --ignore-window",
  });
}
