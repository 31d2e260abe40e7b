/** Reboot windows that no reboot fits into: whoever has one would wait for ever. */
import { foldHosts } from "../fold-hosts.ts";
import { durationText } from "../inventory/duration.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { groupBy } from "../plan/groups.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { calendarOf, nextStart } from "../windows/calendar.ts";

/** One for each window, with all its hosts. @param nowMs milliseconds since the epoch */
export function shortRebootWindows({ hosts }: Plan, nowMs: number): Failure[] {
  const short = hosts.flatMap(({ name, steps }) =>
    steps.flatMap((step) => (step.kind === "reboot" && !fits(step, nowMs) ? [{ name, step }] : [])),
  );
  return groupBy(short, ({ step }) => step.window.join("\n")).map((same) =>
    tooShort(
      same.map(({ name }) => name),
      same[0]?.step,
    ),
  );
}

type RebootStep = Extract<Step, { kind: "reboot" }>;

const fits = ({ window, blackouts, estimateMs }: RebootStep, nowMs: number): boolean =>
  nextStart(calendarOf(window, blackouts), nowMs, estimateMs) !== undefined;

const tooShort = (names: readonly string[], step: RebootStep | undefined): Failure =>
  failure("rollout/window-too-short", `no reboot window is open long enough for ${foldHosts(names)}`, {
    expected: `an opening of ${durationText(step?.estimateMs ?? 0)} or more`,
    found: step?.window.join(", ") ?? "no window",
    next: "make rebootWindow longer, or say how long a reboot takes with --estimate",
  });
