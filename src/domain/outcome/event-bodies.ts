/** Builds events, so that wording and levels are decided in one place. */
import type { HostName, PlanId, RunId } from "../ids.ts";
import { eventErrorOf } from "./event-error.ts";
import type { HostResult, HostStatus, Phase, RolloutEnd, RunEvent } from "./events.ts";
import { hostStatuses } from "./events.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Failure } from "./failure.ts";

/** An event before it got its run, number and time. */
export type EventBody = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, "v" | "ts" | "seq" | "run">
    : never
  : never;

/** Numbers the events of one run, from `first` on: call it in the order in which things happen, with milliseconds since the epoch. */
export function eventStamper(run: RunId, first = 0): (body: EventBody, atMs: number) => RunEvent {
  let seq = first;
  return (body, atMs) => ({ v: 1, ts: new Date(atMs).toISOString(), seq: seq++, run, ...body }) as RunEvent;
}

export const runStarted = (tool: string, verb: string, by: string): EventBody => ({
  type: "version",
  level: "info",
  msg: `nixfleet ${tool}: ${verb} by ${by}`,
  schema: "nixfleet.events/1",
  tool,
  verb,
  by,
});

export const planMade = (plan: PlanId | string, hosts: number, changes: number): EventBody => ({
  type: "plan",
  level: "info",
  msg: `plan ${plan.slice(0, 12)}: ${changes} of ${count(hosts, "host")} to change`,
  plan,
  hosts,
  changes,
});

/** A phase of one host, or of the whole run (evaluate, build). */
export const phaseStarted = (phase: Phase, host?: HostName, more: Lead = {}): EventBody => ({
  type: "phase_start",
  level: "debug",
  msg: place(host, phase, more),
  phase,
  ...named(host),
  ...more,
});

/** Of a phase that begins before the plan that wants it is whole. */
interface Lead {
  readonly early?: true;
}

interface Amounts {
  readonly done?: number;
  readonly expected?: number;
  readonly bytes?: number;
  readonly expectedBytes?: number;
}

/** `done` and `expected` in the unit that the text names, such as paths or bytes. */
export const phaseProgressed = (
  phase: Phase,
  text: string,
  more: Amounts & { readonly host?: HostName } = {},
): EventBody => ({ type: "phase_progress", level: "debug", msg: text, phase, ...more });

export const phaseEnded = (
  phase: Phase,
  end: Lead & { readonly host?: HostName; readonly ms: number; readonly error?: Failure; readonly skipped?: boolean },
): EventBody => {
  const lead: Lead = end.early === true ? { early: true } : {};
  const status = end.error !== undefined ? "failed" : end.skipped === true ? "skipped" : "ok";
  return {
    type: "phase_end",
    // What failed early is done again in its turn.
    level: status !== "failed" ? "debug" : end.early === true ? "warn" : "error",
    msg: `${place(end.host, phase, lead)}: ${end.error?.what ?? status}`,
    phase,
    status,
    ms: end.ms,
    ...named(end.host),
    ...lead,
    ...(end.error === undefined ? {} : { error: eventErrorOf(end.error) }),
  };
};

/** One line that a hook around the rollout printed, on this machine. */
export const hookPrinted = (stream: "stdout" | "stderr", line: string): EventBody => ({
  type: "log",
  level: "info",
  msg: line,
  phase: "hooks",
  stream,
});

/** One line that a host printed; without its line end, otherwise as it came. */
export const hostPrinted = (host: HostName, phase: Phase, stream: "stdout" | "stderr", line: string): EventBody => ({
  type: "log",
  level: "info",
  msg: line,
  host,
  phase,
  stream,
});

/** What changed on a host: versions are null where the package was not, or is no longer. */
export const osUpdated = (
  host: HostName,
  report: Pick<Extract<EventBody, { type: "os_updated" }>, "packages" | "conffiles" | "services">,
): EventBody => ({
  type: "os_updated",
  level: "info",
  msg: `${host}: ${count(report.packages.length, "package")} changed`,
  host,
  packages: report.packages,
  conffiles: report.conffiles,
  services: report.services,
});

/** Recorded before the hook runs, with what takes it back, and when it ended. */
export const hookTold = ({ host, stage, hook, action, state }: HookNews): EventBody => ({
  type: "hook",
  level: state === "failed" || state === "not-now" ? "warn" : "debug",
  msg: `${host === undefined ? "" : `${host}: `}${action === "undo" ? "undo of a hook" : `${stage} hook`} ${state}: ${hook.run}`,
  ...named(host),
  stage,
  command: hook.run,
  where: hook.where,
  action,
  state,
  ...(hook.undo === undefined || action === "undo" ? {} : { undo: hook.undo }),
});

interface HookNews {
  readonly host?: HostName;
  readonly stage: string;
  readonly hook: { readonly run: string; readonly where: string; readonly undo?: string | undefined };
  readonly action: "do" | "undo";
  readonly state: "started" | "ok" | "failed" | "not-now";
}

/** A word of the rollout: a stage begins, hosts wait, a limit was exceeded. */
export const rolloutTold = (level: "info" | "warn" | "error", text: string): EventBody => ({
  type: "rollout",
  level,
  msg: text,
});

export const hostFinished = (result: HostResult): EventBody => ({
  type: "host_result",
  level: levelOf(result.status),
  msg: `${result.name}: ${result.status}${result.error === undefined ? "" : `: ${result.error.what}`}`,
  host: result.name,
  result,
});

/** Trouble that ends no host by itself: a warning, or a failure of the whole run. */
export const diagnosed = (failure: Failure, level: "warn" | "error" = "error"): EventBody => ({
  type: "diagnostic",
  level,
  msg: failure.what,
  ...named(failure.host),
  error: eventErrorOf(failure),
});

export const signalled = (signal: string, effect: "draining" | "detached" | "exiting"): EventBody => ({
  type: "signal",
  level: "warn",
  msg: `${signal}: ${effects[effect]}`,
  signal,
  effect,
});

/** The last event of every run, also after an interruption. */
export const runEnded = (end: {
  readonly exit: ExitCode;
  readonly ms: number;
  readonly hosts: readonly HostResult[];
  readonly rollout?: RolloutEnd;
}): EventBody => {
  const counts = countStatuses(end.hosts);
  const words = hostStatuses.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${status}`);
  return {
    type: "summary",
    level: end.exit === 0 ? "info" : "error",
    msg: words.length === 0 ? "no hosts" : words.join(", "),
    exit: end.exit,
    ms: end.ms,
    ...(end.rollout === undefined ? {} : { rollout: end.rollout }),
    counts,
    hosts: [...end.hosts],
  };
};

export function countStatuses(hosts: readonly HostResult[]): Record<HostStatus, number> {
  const counts = Object.fromEntries(hostStatuses.map((status) => [status, 0])) as Record<HostStatus, number>;
  for (const host of hosts) counts[host.status] += 1;
  return counts;
}

const effects = {
  draining: "no new hosts are started, those in flight are finished",
  detached: "hosts in flight go on without us",
  exiting: "exiting at once",
} as const;

const levelOf = (status: HostStatus): "info" | "warn" | "error" => {
  if (status === "changed" || status === "unchanged") return "info";
  return status === "failed" || status === "rolled_back" || status === "unreachable" ? "error" : "warn";
};

const named = (host: HostName | undefined): { readonly host?: HostName } => (host === undefined ? {} : { host });

const place = (host: HostName | undefined, phase: Phase, { early }: Lead = {}): string =>
  `${host === undefined ? "" : `${host}: `}${early === true ? "early " : ""}${phase}`;

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
