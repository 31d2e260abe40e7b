import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { calendarOf, closesAt, isOpen, nextOpen } from "../../src/domain/windows/calendar.ts";
import { parseWindow, windowText } from "../../src/domain/windows/grammar.ts";

vi.setConfig({ testTimeout: 120_000 });

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

const windowIn = (zones: readonly string[]) =>
  fc
    .record({
      days: fc.subarray(DAYS, { minLength: 1 }),
      start: fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15),
      end: fc.integer({ min: 1, max: 96 }).map((quarter) => quarter * 15),
      zone: fc.constantFrom(...zones),
    })
    .filter(({ start, end }) => start !== end)
    .map(({ days, start, end, zone }) => `${days.join(",")} ${clock(start)}-${clock(end)} ${zone}`);

// Around both clock changes of the two zones, and some quiet time.
const instant = fc
  .integer({ min: Date.parse("2026-03-01T00:00Z") / MINUTE_MS, max: Date.parse("2026-11-30T00:00Z") / MINUTE_MS })
  .map((minute) => minute * MINUTE_MS);
const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"];

const parsed = (text: string) => {
  const window = parseWindow(text);
  if (!window.ok) throw new Error(window.error.why);
  return window.value;
};

describe("a window in UTC", () => {
  test("is open exactly when the calendar on the wall says so", () => {
    fc.assert(
      fc.property(windowIn(["UTC"]), instant, (text, now) => {
        const { days, startMinute, endMinute } = parsed(text);
        const minute = Math.floor(now / MINUTE_MS) % 1440;
        const today = new Date(now).getUTCDay() || 7;
        const yesterday = today === 1 ? 7 : today - 1;
        const isToday =
          days.includes(today) && minute >= startMinute && (endMinute <= startMinute || minute < endMinute);
        const isSinceYesterday = days.includes(yesterday) && endMinute <= startMinute && minute < endMinute;
        expect(isOpen(calendarOf([text], []), now)).toBe(isToday || isSinceYesterday);
      }),
      { numRuns: 500 },
    );
  });
});

describe("windows in zones with summer time", () => {
  test("are never open when the wall clock is outside of them", () => {
    fc.assert(
      fc.property(windowIn(zones), instant, (text, now) => {
        if (!isOpen(calendarOf([text], []), now)) return;
        const { startMinute, endMinute, zone } = parsed(text);
        const wall = new Intl.DateTimeFormat("en-GB", {
          timeZone: zone,
          hour: "2-digit",
          minute: "2-digit",
          hourCycle: "h23",
        }).format(now);
        const [hours = 0, minutes = 0] = wall.split(":").map(Number);
        const minute = hours * 60 + minutes;
        const isInside =
          endMinute > startMinute
            ? minute >= startMinute && minute < endMinute
            : minute >= startMinute || minute < endMinute;
        expect(isInside).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("open next where they say, and not a minute before", () => {
    fc.assert(
      fc.property(fc.array(windowIn(zones), { minLength: 1, maxLength: 3 }), instant, (texts, now) => {
        const calendar = calendarOf(texts, []);
        const opens = nextOpen(calendar, now);
        expect(opens).toBeDefined();
        if (opens === undefined) return;
        expect(isOpen(calendar, opens)).toBe(true);
        for (let minute = now; minute < Math.min(opens, now + 4 * HOUR_MS); minute += 15 * MINUTE_MS)
          expect(isOpen(calendar, minute)).toBe(false);
        if (opens > now) expect(isOpen(calendar, opens - 1)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test("stay open until they say, and are shut then", () => {
    fc.assert(
      fc.property(windowIn(zones), instant, (text, now) => {
        const calendar = calendarOf([text], []);
        const opens = nextOpen(calendar, now) ?? now;
        const closes = closesAt(calendar, opens) ?? 0;
        expect(closes).toBeGreaterThan(opens);
        expect(isOpen(calendar, closes - 1)).toBe(true);
        expect(isOpen(calendar, closes)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test("are never open for longer than they are written", () => {
    fc.assert(
      fc.property(windowIn(zones), instant, (text, now) => {
        const { days, startMinute, endMinute } = parsed(text);
        // Windows of neighbouring days that touch are one opening; one a week never touches itself.
        fc.pre(days.length === 1);
        const calendar = calendarOf([text], []);
        const opens = nextOpen(calendar, now) ?? now;
        const minutes = endMinute > startMinute ? endMinute - startMinute : endMinute + 1440 - startMinute;
        expect((closesAt(calendar, opens) ?? 0) - opens).toBeLessThanOrEqual(minutes * MINUTE_MS);
      }),
      { numRuns: 500 },
    );
  });

  test("are shut in blackouts, and as they were outside of them", () => {
    fc.assert(
      fc.property(windowIn(zones), instant, fc.integer({ min: 1, max: 72 }), instant, (text, from, hours, now) => {
        const to = from + hours * HOUR_MS;
        const blackout = `${new Date(from).toISOString().slice(0, 19)}Z/${new Date(to).toISOString().slice(0, 19)}Z`;
        const isShut = now >= from && now < to;
        expect(isOpen(calendarOf([text], [blackout]), now)).toBe(!isShut && isOpen(calendarOf([text], []), now));
        expect(isOpen(calendarOf([], [blackout]), now)).toBe(!isShut);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a window's text", () => {
  test("reads as what it was written from", () => {
    fc.assert(
      fc.property(windowIn(zones), (text) => {
        expect(parsed(windowText(parsed(text)))).toEqual(parsed(text));
      }),
    );
  });
});
