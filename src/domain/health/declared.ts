/** The checks that gate a change: those of the closure that is to become live, and those of the inventory. */
import type { HealthCheck, Manifest } from "../manifest/manifest.ts";
import { type PlannedCheck, USUAL_PACE } from "./check.ts";

/** In the order of their names; of two with one name the inventory's counts. */
export function checksFor(manifest: Manifest | null, inventory: readonly PlannedCheck[]): PlannedCheck[] {
  const own = new Set(inventory.map(({ name }) => name));
  const declared = (manifest?.healthChecks ?? []).filter(({ name }) => !own.has(name)).map(planned);
  return [...declared, ...inventory].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function planned(check: HealthCheck): PlannedCheck {
  const { name, timeoutSeconds, intervalSeconds, minHealthySeconds, deadlineSeconds = null, retries = null } = check;
  return {
    name,
    declared: "closure",
    from: check.from ?? "host",
    probe: probeOf(check),
    timeoutMs: milliseconds(timeoutSeconds),
    intervalMs: intervalSeconds === undefined ? USUAL_PACE.intervalMs : milliseconds(intervalSeconds),
    minHealthyMs: minHealthySeconds === undefined ? USUAL_PACE.minHealthyMs : milliseconds(minHealthySeconds),
    deadlineMs: deadlineSeconds === null ? null : milliseconds(deadlineSeconds),
    retries,
  };
}

function probeOf(check: HealthCheck): PlannedCheck["probe"] {
  switch (check.kind) {
    case "unit":
      return { kind: "unit", unit: check.unit };
    case "command":
      return { kind: "command", command: check.command };
    case "http":
      return { kind: "http", url: check.url, expectStatus: check.expectStatus };
    case "tcp":
      return { kind: "tcp", host: check.host, port: check.port };
  }
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

/** A check of the inventory as a manifest lists it. Tries are counted in whole seconds there. */
export function manifestCheck({
  name,
  from,
  probe,
  timeoutMs,
  deadlineMs,
  retries,
  ...pace
}: PlannedCheck): HealthCheck {
  return {
    name,
    from,
    ...probe,
    timeoutSeconds: Math.ceil(timeoutMs / 1000),
    intervalSeconds: pace.intervalMs / 1000,
    minHealthySeconds: pace.minHealthyMs / 1000,
    deadlineSeconds: deadlineMs === null ? null : deadlineMs / 1000,
    retries,
  };
}

/** Logging in anew, and telling the verdict, take a while beside the checks themselves. */
const AROUND_MS = 15_000;

/** How long an activation waits for its confirmation: as the inventory says, and not shorter than its checks may take. */
export function confirmationMs(wishedMs: number, checks: readonly PlannedCheck[]): number {
  if (wishedMs === 0) return 0;
  const needed = checks.map(({ deadlineMs, minHealthyMs, timeoutMs }) =>
    Math.max(deadlineMs ?? 0, minHealthyMs + timeoutMs),
  );
  const longest = Math.max(0, ...needed);
  return Math.max(wishedMs, longest === 0 ? 0 : longest + AROUND_MS);
}
