/** Whether the host's policy asks for an update now. */
import type { OsUpdates } from "../inventory/resolved.ts";
import type { HostFacts } from "../observation/facts.ts";

const HOUR_SECONDS = 3600;
/** A little less than the day and the week, so that a job that runs at the same time each day finds it due. */
const EVERY_SECONDS: Readonly<Record<"security-daily" | "full-weekly", number>> = {
  "security-daily": 20 * HOUR_SECONDS,
  "full-weekly": 6.5 * 24 * HOUR_SECONDS,
};

/** By the host's own clock. A host that was never updated, or whose last update failed, is due. */
export function isUpdateDue(settings: OsUpdates["ubuntu"], facts: HostFacts): boolean {
  if (settings === undefined || settings.mode === "manual") return false;
  const last = facts.osUpdates?.last ?? null;
  return last === null || last.code !== 0 || facts.time - last.at >= EVERY_SECONDS[settings.mode];
}
