/** What became of a run, as its events tell: a fold, so that a run that was killed can be told as well. */
import { compareHostNames } from "../fold-hosts.ts";
import type { HostResult, RolloutEnd, RunEvent } from "../outcome/events.ts";

export interface RunSummary {
  readonly verb: string;
  readonly by: string;
  /** ISO 8601; empty when the first event is missing. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly exit?: number;
  readonly ms?: number;
  readonly rollout?: RolloutEnd;
  /** Every host that an event names, by name. Hosts that began and have no result are "unknown". */
  readonly hosts: readonly HostResult[];
}

export function summarizeRun(events: readonly RunEvent[]): RunSummary {
  const version = events.find((event) => event.type === "version");
  const last = events.findLast((event) => event.type === "summary" || event.type === "version");
  // A run that was taken up again ends with its own summary, not with the one of before.
  const end = last?.type === "summary" ? last : undefined;
  const hosts = new Map<string, HostResult>();
  for (const event of events) noteHosts(hosts, event);
  return {
    verb: version?.verb ?? "unknown",
    by: version?.by ?? "unknown",
    startedAt: version?.ts ?? events[0]?.ts ?? "",
    ...(end === undefined ? {} : { endedAt: end.ts, exit: end.exit, ms: end.ms }),
    ...(end?.rollout === undefined ? {} : { rollout: end.rollout }),
    hosts: [...hosts.values()].sort((a, b) => compareHostNames(a.name, b.name)),
  };
}

function noteHosts(hosts: Map<string, HostResult>, event: RunEvent): void {
  if (event.type === "host_result") hosts.set(event.host, event.result);
  else if (event.type === "summary") for (const result of event.hosts) hosts.set(result.name, result);
  else if (event.type === "phase_start" && event.host !== undefined && !hosts.has(event.host)) {
    hosts.set(event.host, { name: event.host, status: "unknown", from: null, to: null, ms: 0 });
  }
}
