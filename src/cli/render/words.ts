/** How outcomes are called in front of people. */
import type { HostStatus } from "../../domain/outcome/events.ts";
import { printable } from "./printable.ts";
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

/** "1.2 -> 1.3"; equal versions are a rebuild, null on a side is none there. */
export function versionWords(from: string | null, to: string | null): string {
  const [old, next] = [from, to].map((version) => (version === null ? null : printable(version)));
  if (old === null || next === null) return old ?? next ?? "";
  if (old === next) return `${old} (rebuilt)`.trimStart();
  return `${old} -> ${next}`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** "1.2 MiB", "340 KiB", "12 B". */
export function byteWords(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[power]}`;
}
