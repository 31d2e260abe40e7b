/** Whether a reboot may begin now. */
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { calendarOf, nextStart } from "../../domain/windows/calendar.ts";
import type { Reboot } from "./context.ts";

/** Nothing when it may: the window is open and enough of it is left. */
export function windowShut({ window, blackouts, estimateMs }: Reboot["step"], nowMs: number): Failure | undefined {
  const opening = nextStart(calendarOf(window, blackouts), nowMs, estimateMs);
  if (opening?.startMs === nowMs) return undefined;
  return failure("reboot/window", "the host's reboot window is shut, or too little of it is left", {
    expected: `${window.length === 0 ? "no blackout" : window.join(", or ")}, with ${Math.ceil(estimateMs / 60_000)} min left`,
    found: opening === undefined ? "it never opens" : `it opens at ${new Date(opening.startMs).toISOString()}`,
    next: "run nixfleet reboot then, or at once with --ignore-window",
  });
}
