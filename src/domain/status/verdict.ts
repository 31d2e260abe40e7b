/** One word for each host, worst first, and what a status as a whole means for the exit code. */
import { type ExitCode, exitCodeOf, exitCodes } from "../outcome/exit-codes.ts";
import { type FailureCode, failureCodes } from "../outcome/failure-codes/index.ts";
import type { Status, StatusHost } from "./status.ts";

/** In the order in which people want to see them. */
export const verdicts = [
  "failed",
  "unreachable",
  "unhealthy",
  "drifted",
  "outdated",
  "unmanaged",
  "locked",
  "ok",
] as const;
export type Verdict = (typeof verdicts)[number];

export function verdictOf(host: StatusHost): Verdict {
  if (!host.reachable) return kindOf(host) === "unreachable" ? "unreachable" : "failed";
  if (host.failedUnits.length > 0 || host.health.some((check) => check.state === "unhealthy")) return "unhealthy";
  if (host.drift.length > 0) return "drifted";
  if (host.upToDate === false) return "outdated";
  if (host.system === null) return "unmanaged";
  return host.lock !== null && !host.lock.expired ? "locked" : "ok";
}

/** Worst verdict first, else in the order of the report. */
export const byVerdict = (status: Status): StatusHost[] =>
  status.hosts.toSorted((a, b) => verdicts.indexOf(verdictOf(a)) - verdicts.indexOf(verdictOf(b)));

/** Hosts whose last apply is longer ago than this many days, or was never. Unreachable hosts count apart. */
export const olderThan = (status: Status, maxAgeDays: number): StatusHost[] =>
  status.hosts.filter((host) => host.reachable && (host.ageDays === null || host.ageDays > maxAgeDays));

/** `--max-age` gives 2 where a host is too old; with `detailed` so do drift and outdated hosts. */
export function statusExitCodes(
  status: Status,
  options: { readonly maxAgeDays?: number; readonly detailed?: boolean },
): ExitCode[] {
  const failures = status.hosts.flatMap((host) => (host.reachable ? [] : [exitCodeOf(kindOf(host))]));
  const tooOld = options.maxAgeDays !== undefined && olderThan(status, options.maxAgeDays).length > 0;
  const moved =
    options.detailed === true && status.hosts.some((host) => ["drifted", "outdated"].includes(verdictOf(host)));
  return tooOld || moved ? [...failures, exitCodes.changesPresent] : failures;
}

function kindOf(host: StatusHost) {
  const code = host.error?.code;
  return code !== undefined && Object.hasOwn(failureCodes, code)
    ? failureCodes[code as FailureCode].kind
    : "unreachable";
}
