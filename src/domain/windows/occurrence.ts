/** When a weekly window really opens on a given day, with the clock changes of its zone. */
import { Temporal } from "temporal-polyfill";
import type { MaintenanceWindow } from "./grammar.ts";

export interface Occurrence {
  readonly window: MaintenanceWindow;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  /** Milliseconds since the epoch; not part of it. Not after the start when the clocks skip the whole window. */
  readonly endMs: number;
  /** As long as it is written; what the clocks leave of it may be less. */
  readonly nominalMs: number;
}

/**
 * Occurrences that end after the instant, in order, skipped ones included. Endless: a window comes back every week.
 * An occurrence starts at the first instant that is not before its start on the wall clock, and ends when the wall clock first
 * shows its end, or after its written length, whichever is earlier: never later on the clock, never longer than written.
 */
export function* occurrencesOf(window: MaintenanceWindow, fromMs: number): Generator<Occurrence> {
  const today = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(window.zone).toPlainDate();
  // Yesterday's may still be open after midnight.
  for (let date = today.subtract({ days: 1 }); ; date = date.add({ days: 1 })) {
    if (!window.days.includes(date.dayOfWeek)) continue;
    const occurrence = occurrenceOn(window, date);
    if (occurrence.endMs > fromMs || isSkipped(occurrence, fromMs)) yield occurrence;
  }
}

function occurrenceOn(window: MaintenanceWindow, date: Temporal.PlainDate): Occurrence {
  const { startMinute, endMinute, zone } = window;
  const lastMinute = endMinute > startMinute ? endMinute : endMinute + MINUTES_A_DAY;
  const startMs = firstInstant(date, startMinute, zone);
  const nominalMs = (lastMinute - startMinute) * 60_000;
  return { window, startMs, endMs: Math.min(firstInstant(date, lastMinute, zone), startMs + nominalMs), nominalMs };
}

const isSkipped = ({ startMs, endMs }: Occurrence, fromMs: number): boolean => endMs <= startMs && startMs > fromMs;

/** The first instant at which the wall clock shows this minute of the day, or has leapt over it. */
function firstInstant(date: Temporal.PlainDate, minute: number, zone: string): number {
  const wall = date.toPlainDateTime().add({ minutes: minute });
  const earlier = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
  if (earlier.toPlainDateTime().equals(wall)) return earlier.epochMilliseconds;
  const leap = earlier.getTimeZoneTransition("next");
  if (leap === null) throw new Error(`${zone} has a gap at ${wall.toString()} and no transition`);
  return leap.epochMilliseconds;
}

const MINUTES_A_DAY = 1440;
