/** Windows and blackouts together: when something may start. */
import { type Blackout, parseBlackout, withoutBlackouts } from "./blackout.ts";
import { type MaintenanceWindow, parseWindow } from "./grammar.ts";
import { type Occurrence, occurrencesOf } from "./occurrence.ts";

export interface Calendar {
  /** Any of them; none means always. */
  readonly windows: readonly MaintenanceWindow[];
  /** They win over windows. In the order of their starts. */
  readonly blackouts: readonly Blackout[];
  /** Both as they were written, for people. */
  readonly texts: readonly string[];
}

/** A stretch of time that is open throughout. */
export interface Opening {
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  /** Milliseconds since the epoch; not part of it. Infinity without windows; at most about the horizon. */
  readonly endMs: number;
}

/** How far ahead is looked for an opening: a window that stays shut longer counts as one that never opens. */
export const HORIZON_MS = 400 * 86_400_000;

/** From texts that were checked before; a text that is no window or blackout is a defect. */
export function calendarOf(windows: readonly string[], blackouts: readonly string[]): Calendar {
  return {
    windows: windows.map((text) => checked(text, parseWindow(text))),
    blackouts: blackouts.map((text) => checked(text, parseBlackout(text))).sort((a, b) => a.startMs - b.startMs),
    texts: [...windows, ...blackouts.map((text) => `not ${text}`)],
  };
}

/** When it is open next, `now` itself if it is open; nothing when it does not open within the horizon. */
export function nextOpen(calendar: Calendar, nowMs: number): number | undefined {
  return nextStart(calendar, nowMs, 0)?.startMs;
}

export const isOpen = (calendar: Calendar, nowMs: number): boolean => nextOpen(calendar, nowMs) === nowMs;

/** When it closes; Infinity when it never does, nothing when it is shut. */
export function closesAt(calendar: Calendar, nowMs: number): number | undefined {
  const opening = nextStart(calendar, nowMs, 0);
  return opening?.startMs === nowMs ? opening.endMs : undefined;
}

/** The first opening, cut at `now`, that lasts at least so long. */
export function nextStart(calendar: Calendar, nowMs: number, needMs: number): Opening | undefined {
  for (const { startMs, endMs } of openings(calendar, nowMs)) {
    const start = Math.max(startMs, nowMs);
    if (endMs - start >= Math.max(needMs, 1)) return { startMs: start, endMs };
  }
  return undefined;
}

/** The same where several calendars bind: the first stretch that is open in all of them. */
export function nextCommonStart(calendars: readonly Calendar[], nowMs: number, needMs: number): Opening | undefined {
  let start = nowMs;
  // Each round moves the start to where the most reluctant calendar opens, until all agree.
  while (start <= nowMs + HORIZON_MS) {
    const found = calendars.map((calendar) => nextStart(calendar, start, needMs));
    const startMs = Math.max(start, ...found.map((opening) => opening?.startMs ?? Number.POSITIVE_INFINITY));
    const endMs = Math.min(...found.map((opening) => opening?.endMs ?? Number.NEGATIVE_INFINITY));
    if (startMs === Number.POSITIVE_INFINITY) return undefined;
    if (startMs === start && endMs - startMs >= needMs) return { startMs, endMs };
    start = startMs === start ? endMs : startMs;
  }
  return undefined;
}

/**
 * What is open from an instant on, in order: windows that overlap or touch are one opening, blackouts are cut out. Goes on up to
 * the horizon.
 */
export function* openings(calendar: Calendar, fromMs: number): Generator<Opening> {
  const until = fromMs + HORIZON_MS;
  for (const opening of united(calendar.windows, fromMs, until)) {
    yield* withoutBlackouts(calendar.blackouts, opening).filter(({ endMs }) => endMs > fromMs);
  }
}

/** Occurrences of all windows in the order of their starts. */
export function* occurrences(windows: readonly MaintenanceWindow[], fromMs: number): Generator<Occurrence> {
  const streams = windows.map((window) => occurrencesOf(window, fromMs));
  const heads = streams.map((stream) => stream.next().value as Occurrence);
  while (heads.length > 0) {
    const first = heads.reduce((best, head, index) => (startOf(heads, best) <= head.startMs ? best : index), 0);
    yield heads[first] as Occurrence;
    heads[first] = streams[first]?.next().value as Occurrence;
  }
}

function* united(windows: readonly MaintenanceWindow[], fromMs: number, untilMs: number): Generator<Opening> {
  if (windows.length === 0) return yield { startMs: fromMs, endMs: Number.POSITIVE_INFINITY };
  let open: Opening | undefined;
  for (const { startMs, endMs } of occurrences(windows, fromMs)) {
    if (startMs > untilMs) break;
    if (endMs <= startMs) continue;
    if (open !== undefined && startMs <= open.endMs) {
      open = { startMs: open.startMs, endMs: Math.max(open.endMs, endMs) };
    } else {
      if (open !== undefined) yield open;
      open = { startMs, endMs };
    }
  }
  if (open !== undefined) yield open;
}

const startOf = (heads: readonly Occurrence[], index: number): number =>
  heads[index]?.startMs ?? Number.POSITIVE_INFINITY;

function checked<T>(text: string, parsed: { readonly ok: true; readonly value: T } | { readonly ok: false }): T {
  if (!parsed.ok) throw new Error(`${JSON.stringify(text)} was not checked before it was used`);
  return parsed.value;
}
