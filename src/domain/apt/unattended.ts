/** How unattended-upgrades fares on a host, from what its log and its timer say. */
import type { HostRecord } from "../host/protocol.ts";
import { recordTable } from "../host/records.ts";

export const unattendedOutcomes = ["ok", "failed", "cut-short", "running", "unknown"] as const;
export const unattendedTimers = ["enabled", "stopped", "disabled", "masked", "unknown"] as const;

export interface Unattended {
  /** Seconds since the epoch of its last run; null for never. */
  readonly ranAt: number | null;
  /** Of its last run. */
  readonly outcome: (typeof unattendedOutcomes)[number];
  /** Whether apt is told to run it, whatever its timer does; null where the host did not say. */
  readonly scheduled: boolean | null;
  readonly timer: (typeof unattendedTimers)[number];
  readonly keptBack: readonly string[];
  /** Warnings and errors of its last run. */
  readonly trouble: readonly string[];
}

/** Null where it is not installed. */
export function unattendedIn(records: readonly HostRecord[]): Unattended | null {
  const rows = recordTable(records, "unattended");
  const values = (key: string): string[] => rows.filter(([name]) => name === key).map(([, ...rest]) => rest.join("\t"));
  const [ran] = values("ran");
  if (ran === undefined) return null;
  const [every] = values("every");
  return {
    ranAt: /^[0-9]{1,12}$/.test(ran) ? Number(ran) : null,
    outcome: oneOf(unattendedOutcomes, values("outcome")[0]),
    scheduled: every === undefined ? null : every !== "0",
    timer: oneOf(unattendedTimers, values("timer")[0]),
    keptBack: values("kept-back"),
    trouble: values("trouble"),
  };
}

const oneOf = <Word extends string>(words: readonly Word[], said: string | undefined): Word | "unknown" =>
  words.find((word) => word === said) ?? "unknown";
