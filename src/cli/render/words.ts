/** How outcomes are called in front of people. */
import type { HostStatus } from "../../domain/outcome/events.ts";
import type { Style } from "./style.ts";

const statusWords: Readonly<Record<HostStatus, string>> = {
  unchanged: "unchanged",
  changed: "changed",
  failed: "failed",
  unreachable: "unreachable",
  rolled_back: "rolled back",
  skipped: "skipped",
  held: "held",
  locked: "locked",
  stale: "stale",
  not_started: "not started",
  unknown: "unknown",
};

/** A command that ran need not have changed anything: of `run` people want to know whether it worked. */
export const statusWord = (status: HostStatus, verb: string): string =>
  verb === "run" && status === "changed" ? "ok" : statusWords[status];

/** In the order in which counts are read out: what went well, then what did not, then what did not happen. */
export const statusOrder = [
  "changed",
  "unchanged",
  "failed",
  "rolled_back",
  "unreachable",
  "unknown",
  "stale",
  "locked",
  "held",
  "skipped",
  "not_started",
] as const satisfies readonly HostStatus[];

/** What `--rerun failed` takes up again. */
export const rerunnable: ReadonlySet<HostStatus> = new Set<HostStatus>([
  "failed",
  "rolled_back",
  "unreachable",
  "unknown",
]);

/** Statuses after which somebody has to look. */
export const troubled: ReadonlySet<HostStatus> = new Set<HostStatus>([
  "failed",
  "rolled_back",
  "unreachable",
  "locked",
  "stale",
  "unknown",
  "held",
]);

export function paintStatus(status: HostStatus, style: Style): (text: string) => string {
  if (status === "changed") return style.good;
  if (status === "failed" || status === "rolled_back" || status === "unreachable") return style.bad;
  return troubled.has(status) ? style.warning : style.dim;
}
