/** What can be said about a rollout's windows before it begins. */
import { foldHosts } from "../fold-hosts.ts";
import { durationText } from "../inventory/duration.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { nextCommonStart } from "../windows/calendar.ts";
import { type Admission, indexOf } from "./fleet-index.ts";
import type { Rollout } from "./plan-rollout.ts";

/** Hosts that would wait for ever, because no window is open long enough for them. */
export function shortWindows(rollout: Rollout, nowMs: number): Failure[] {
  const { admissions } = indexOf(rollout);
  return admissions.flatMap((admission, index) => {
    const { calendars, needMs } = admission;
    if (nextCommonStart(calendars, nowMs, needMs) !== undefined) return [];
    const hosts = foldHosts(hostsOf(rollout, index));
    return [
      failure("rollout/window-too-short", `no window is open long enough for ${hosts}`, {
        expected: `an opening of ${durationText(needMs)} or more, the expected time and a tenth in reserve`,
        found: calendarWords(admission),
        next: "make the window longer, or let several windows meet",
      }),
    ];
  });
}

/** When each host that has to wait may start, as of now: for the plan. Null when no window opens. */
export function startsAt(rollout: Rollout, nowMs: number): ReadonlyMap<string, number | null> {
  const { admissions } = indexOf(rollout);
  const openings = admissions.map(
    ({ calendars, needMs }) => nextCommonStart(calendars, nowMs, needMs)?.startMs ?? null,
  );
  return new Map(
    openings.flatMap((opensMs, index) =>
      opensMs === nowMs ? [] : hostsOf(rollout, index).map((host) => [host, opensMs] as const),
    ),
  );
}

function hostsOf(rollout: Rollout, admission: number): string[] {
  const queues = indexOf(rollout)
    .stages.flat()
    .flatMap((stage) => stage.queues);
  return queues
    .filter((queue) => queue.admission === admission)
    .flatMap((queue) => queue.ranks.map((rank) => rollout.order[rank] ?? ""));
}

const calendarWords = ({ calendars }: Admission): string =>
  calendars.map(({ texts }) => texts.join(", ")).join("; and ");
