/** Updates and reboot debt in the status report. */
import type { HostFacts } from "../observation/facts.ts";
import { owedSince } from "../reboot/debt.ts";
import type { StatusHost } from "./status.ts";

const MS_PER_DAY = 86_400_000;

/** @param nowMs milliseconds since the epoch, for ages */
export function osStatus(
  facts: HostFacts,
  nowMs: number,
): Pick<StatusHost, "osUpdates" | "lastOsUpdate" | "rebootDebt" | "unattended" | "oldCode"> {
  const { updates, last = null, unattended = null, oldCode = [] } = facts.osUpdates ?? {};
  const owed = owedSince(facts);
  return {
    osUpdates:
      updates === undefined ? null : { pending: updates.pending, security: updates.security, held: updates.keptBack },
    lastOsUpdate:
      last === null ? null : { at: isoTime(last.at), run: last.run, ok: last.code === 0, packages: last.packages },
    rebootDebt: owed === null ? null : { since: isoTime(owed), days: daysSince(owed, nowMs) },
    unattended:
      unattended === null
        ? null
        : {
            ...unattended,
            ranAt: unattended.ranAt === null ? null : isoTime(unattended.ranAt),
            keptBack: [...unattended.keptBack],
            trouble: [...unattended.trouble],
          },
    oldCode: [...oldCode],
  };
}

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** Hundredths; a clock that runs ahead makes no negative age. */
const daysSince = (seconds: number, nowMs: number): number =>
  Math.round((Math.max(0, nowMs - seconds * 1000) / MS_PER_DAY) * 100) / 100;
