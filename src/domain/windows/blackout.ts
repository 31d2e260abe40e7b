/** Blackouts: ranges of time in which nothing starts, whatever the windows say. ISO 8601, `FROM/TO ZONE`. */
import { Temporal } from "temporal-polyfill";
import { err, ok, type Result } from "../outcome/result.ts";
import type { WindowMistake } from "./grammar.ts";
import { isZone, unknownZone } from "./zone.ts";

export interface Blackout {
  /** As it was written. */
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  /** Milliseconds since the epoch; not part of it. */
  readonly endMs: number;
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads `2026-12-20/2027-01-03 Europe/Berlin` (whole days, both included), `2026-12-20T18:00/2026-12-21T06:00 Europe/Berlin`
 * (local times) or `2026-12-20T17:00Z/2026-12-21T05:00Z` (instants). The zone is UTC if left out.
 */
export function parseBlackout(text: string): Result<Blackout, WindowMistake> {
  const [range = "", zone = "UTC", ...rest] = text.trim().split(/\s+/);
  const [from = "", to = "", ...more] = range.split("/");
  if (to === "" || rest.length > 0 || more.length > 0) return err({ why: "it has not the form FROM/TO ZONE" });
  if (!isZone(zone)) return err(unknownZone(zone));
  const startMs = instantOf(from, zone, "start");
  const endMs = instantOf(to, zone, "end");
  if (startMs === undefined) return err(noTime(from));
  if (endMs === undefined) return err(noTime(to));
  if (endMs <= startMs) return err({ why: "it ends before it starts" });
  return ok({ text: `${from}/${to}${INSTANT.test(from) && INSTANT.test(to) ? "" : ` ${zone}`}`, startMs, endMs });
}

export interface Stretch {
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  /** Not part of it. */
  readonly endMs: number;
}

/** What blackouts, in the order of their starts, leave of a stretch of time. */
export function withoutBlackouts(blackouts: readonly Blackout[], { startMs, endMs }: Stretch): Stretch[] {
  const left: Stretch[] = [];
  let start = startMs;
  for (const blackout of blackouts) {
    if (blackout.endMs <= start || blackout.startMs >= endMs) continue;
    if (blackout.startMs > start) left.push({ startMs: start, endMs: blackout.startMs });
    start = Math.max(start, blackout.endMs);
  }
  return start < endMs ? [...left, { startMs: start, endMs }] : left;
}

/** Where the clocks leave a choice, a blackout is the longer of the two. */
function instantOf(text: string, zone: string, side: "start" | "end"): number | undefined {
  try {
    if (INSTANT.test(text)) return Temporal.Instant.from(text).epochMilliseconds;
    const disambiguation = side === "start" ? "earlier" : "later";
    if (LOCAL.test(text)) {
      return Temporal.PlainDateTime.from(text).toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
    }
    if (!DATE.test(text)) return undefined;
    const date = Temporal.PlainDate.from(text);
    return (side === "start" ? date : date.add({ days: 1 })).toZonedDateTime(zone).epochMilliseconds;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const noTime = (text: string): WindowMistake => ({
  why: `"${text}" is neither a date 2026-12-24, nor a time 2026-12-24T18:00, nor an instant 2026-12-24T18:00Z`,
});
