/** What one look at a host's health checks tells. */
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { HostRecord } from "./protocol.ts";
import { recordTable } from "./records.ts";

export interface CheckedHealth {
  readonly name: string;
  readonly state: "healthy" | "unhealthy" | "unknown";
  readonly reason: string | undefined;
}

/** The answer of the verb `health`. Fails with `host/facts`. */
export function parseHealth(records: readonly HostRecord[]): Result<readonly CheckedHealth[]> {
  const checks: CheckedHealth[] = [];
  for (const row of recordTable(records, "health")) {
    const [name = "", state = "", reason = "-", ...more] = row;
    if (name === "" || more.length > 0 || (state !== "healthy" && state !== "unhealthy" && state !== "unknown")) {
      return err(failure("host/facts", 'the host reported no usable "health"', { found: row.join(" ").slice(0, 200) }));
    }
    checks.push({ name, state, reason: reason === "-" ? undefined : reason });
  }
  return ok(checks);
}

/** Why a host cannot be called healthy; undefined when it can. Units that had failed before the change do not count. */
export function healthTrouble(
  checks: readonly CheckedHealth[],
  failedUnits: { readonly before: readonly string[]; readonly now: readonly string[] },
): string | undefined {
  const unwell = checks
    .filter(({ state }) => state !== "healthy")
    .map(({ name, state, reason }) => `${name}: ${reason ?? state}`);
  const broken = failedUnits.now.filter((unit) => !failedUnits.before.includes(unit)).map((unit) => `${unit} failed`);
  const troubles = [...unwell, ...broken];
  return troubles.length === 0 ? undefined : troubles.join("; ");
}
