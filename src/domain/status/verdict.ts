/** One word for each host, worst first. */
import { type FailureCode, failureCodes } from "../outcome/failure-codes/index.ts";
import type { Status, StatusHost } from "./status.ts";

/** In the order in which people want to see them. */
export const verdicts = [
  "failed",
  "unreachable",
  "changing",
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
  // What is half-way looks unhealthy and drifted, and is neither.
  if (host.activation !== null) return "changing";
  if (host.failedUnits.length > 0 || host.health.some((check) => check.state === "unhealthy")) return "unhealthy";
  if (host.drift.length > 0) return "drifted";
  if (host.upToDate === false) return "outdated";
  if (host.system === null || host.appliedAt === null) return "unmanaged";
  return host.lock !== null && !host.lock.expired ? "locked" : "ok";
}

/** Worst verdict first, else in the order of the report. */
export const byVerdict = (status: Status): StatusHost[] =>
  status.hosts.toSorted((a, b) => verdicts.indexOf(verdictOf(a)) - verdicts.indexOf(verdictOf(b)));

function kindOf(host: StatusHost) {
  const code = host.error?.code;
  return code !== undefined && Object.hasOwn(failureCodes, code)
    ? failureCodes[code as FailureCode].kind
    : "unreachable";
}
