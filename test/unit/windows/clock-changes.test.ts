import { describe, expect, test } from "vitest";
import {
  calendarOf,
  closesAt,
  isOpen,
  nextCommonStart,
  nextOpen,
  nextStart,
} from "../../../src/domain/windows/calendar.ts";
import { forecast } from "../../../src/domain/windows/forecast.ts";

const at = (text: string): number => Date.parse(text);
const openings = (window: string, from: string, count: number): string[] =>
  forecast(calendarOf([window], []), at(from), count).map((occasion) =>
    occasion.kind === "open"
      ? `${iso(occasion.startMs)} ${(occasion.endMs - occasion.startMs) / 3_600_000} h${occasion.cut === undefined ? "" : ` ${occasion.cut}`}`
      : `${iso(occasion.startMs)} skipped ${occasion.because}`,
  );
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

describe("a window on the day the clocks change", () => {
  test.each([
    // The hour from 2 to 3 does not exist on that Sunday; 03:00 EDT is 07:00 UTC.
    ["Sun 02:00-04:00 America/New_York", "2026-03-08", "2026-03-08T07:00 1 h clocks"],
    ["Sun 02:00-03:00 America/New_York", "2026-03-08", "2026-03-08T07:00 skipped clocks"],
    ["Sun 02:30-04:00 America/New_York", "2026-03-08", "2026-03-08T07:00 1 h clocks"],
    ["Sun 01:00-02:30 America/New_York", "2026-03-08", "2026-03-08T06:00 1 h clocks"],
    // The hour from 1 to 2 comes twice; the first 01:00 is EDT, 05:00 UTC.
    ["Sun 01:00-02:00 America/New_York", "2026-11-01", "2026-11-01T05:00 1 h"],
    ["Sun 02:00-04:00 Europe/Berlin", "2026-03-29", "2026-03-29T01:00 1 h clocks"],
    // From 02:00 CEST on two hours, so until 03:00 CET.
    ["Sun 02:00-04:00 Europe/Berlin", "2026-10-25", "2026-10-25T00:00 2 h"],
    ["Sun 02:00-02:30 Europe/Berlin", "2026-10-25", "2026-10-25T00:00 0.5 h"],
    ["Sun 00:00-02:30 Europe/Berlin", "2026-10-24T12:00", "2026-10-24T22:00 2.5 h"],
    ["Sat 22:00-03:00 Europe/Berlin", "2026-10-24", "2026-10-24T20:00 5 h"],
    ["Sat 22:00-03:00 Europe/Berlin", "2026-03-28", "2026-03-28T21:00 4 h clocks"],
    ["Sun 00:00-24:00 Europe/Berlin", "2026-10-24T12:00", "2026-10-24T22:00 24 h"],
    // Half an hour on Lord Howe Island: 02:00 to 02:30 does not exist.
    ["Sun 02:00-03:00 Australia/Lord_Howe", "2026-10-03", "2026-10-03T15:30 0.5 h clocks"],
    // Samoa left out the whole of this Friday.
    ["Fri 10:00-12:00 Pacific/Apia", "2011-12-29", "2011-12-30T10:00 skipped clocks"],
  ])("%s from %s on is %s", (window, from, expected) => {
    expect(openings(window, `${from.includes("T") ? from : `${from}T00:00`}Z`, 1)[0]).toBe(expected);
  });

  test("does not change on other days", () => {
    expect(openings("Sun 02:00-04:00 Europe/Berlin", "2026-10-17T00:00Z", 3)).toEqual([
      "2026-10-18T00:00 2 h",
      "2026-10-25T00:00 2 h",
      "2026-11-01T01:00 2 h",
    ]);
  });
});

describe("a window across midnight", () => {
  const night = calendarOf(["Sun 23:00-02:00 UTC"], []);

  test("belongs to the day on which it starts", () => {
    expect(isOpen(night, at("2026-06-08T00:30Z"))).toBe(true);
    expect(isOpen(night, at("2026-06-07T00:30Z"))).toBe(false);
    expect(isOpen(night, at("2026-06-07T23:00Z"))).toBe(true);
  });

  test("is shut from its end on", () => {
    expect(isOpen(night, at("2026-06-08T01:59:59.999Z"))).toBe(true);
    expect(isOpen(night, at("2026-06-08T02:00Z"))).toBe(false);
    expect(closesAt(night, at("2026-06-08T00:30Z"))).toBe(at("2026-06-08T02:00Z"));
    expect(closesAt(night, at("2026-06-08T02:00Z"))).toBeUndefined();
  });

  test("that is open opens now", () => {
    expect(nextOpen(night, at("2026-06-08T00:30Z"))).toBe(at("2026-06-08T00:30Z"));
    expect(nextOpen(night, at("2026-06-08T02:00Z"))).toBe(at("2026-06-14T23:00Z"));
  });
});

describe("several windows", () => {
  test("that touch are one opening", () => {
    const weekend = calendarOf(["Sat 00:00-24:00 UTC", "Sun 00:00-06:00 UTC"], []);
    expect(closesAt(weekend, at("2026-06-06T10:00Z"))).toBe(at("2026-06-07T06:00Z"));
  });

  test("open when any of them does", () => {
    const both = calendarOf(["Mon 02:00-04:00 UTC", "Wed 02:00-04:00 UTC"], []);
    expect(nextOpen(both, at("2026-06-09T12:00Z"))).toBe(at("2026-06-10T02:00Z"));
  });

  test("of several calendars have to be open together", () => {
    const nightly = calendarOf(["* 22:00-04:00 UTC"], []);
    const sundays = calendarOf(["Sun 00:00-24:00 UTC"], []);
    const common = nextCommonStart([nightly, sundays], at("2026-06-03T12:00Z"), 3_600_000);
    expect(common).toEqual({ startMs: at("2026-06-07T00:00Z"), endMs: at("2026-06-07T04:00Z") });
    const noon = calendarOf(["* 12:00-13:00 UTC"], []);
    expect(nextCommonStart([nightly, noon], at("2026-06-03T12:00Z"), 0)).toBeUndefined();
  });

  test("are passed over as long as they are too short", () => {
    const mixed = calendarOf(["Mon..Fri 02:00-02:30 UTC", "Sun 02:00-06:00 UTC"], []);
    expect(nextStart(mixed, at("2026-06-03T00:00Z"), 3_600_000)?.startMs).toBe(at("2026-06-07T02:00Z"));
    expect(nextStart(mixed, at("2026-06-03T00:00Z"), 5 * 3_600_000)).toBeUndefined();
  });
});

describe("a calendar without windows", () => {
  test("is always open", () => {
    expect(isOpen(calendarOf([], []), 0)).toBe(true);
    expect(closesAt(calendarOf([], []), 0)).toBe(Number.POSITIVE_INFINITY);
  });

  test("is shut in its blackouts", () => {
    const frozen = calendarOf([], ["2026-12-24/2026-12-26 Europe/Berlin"]);
    expect(closesAt(frozen, at("2026-12-01T00:00Z"))).toBe(at("2026-12-23T23:00Z"));
    expect(nextOpen(frozen, at("2026-12-25T00:00Z"))).toBe(at("2026-12-26T23:00Z"));
  });
});

describe("a blackout", () => {
  test("wins over windows, and may leave a part of them", () => {
    const occasions = forecast(
      calendarOf(["Sat 22:00-04:00 UTC"], ["2026-06-07/2026-06-07", "2026-06-13T20:00Z/2026-06-14T08:00Z"]),
      at("2026-06-01T00:00Z"),
      2,
    );
    expect(
      occasions.map(({ startMs, kind, ...rest }) => [iso(startMs), kind, "cut" in rest ? rest.cut : undefined]),
    ).toEqual([
      ["2026-06-06T22:00", "open", "blackout"],
      ["2026-06-13T22:00", "skipped", undefined],
      ["2026-06-20T22:00", "open", undefined],
    ]);
  });

  test("in the middle of a window leaves what is before and after", () => {
    const cut = calendarOf(["* 00:00-06:00 UTC"], ["2026-06-07T02:00Z/2026-06-07T03:00Z"]);
    expect(closesAt(cut, at("2026-06-07T00:00Z"))).toBe(at("2026-06-07T02:00Z"));
    expect(nextOpen(cut, at("2026-06-07T02:30Z"))).toBe(at("2026-06-07T03:00Z"));
    expect(forecast(cut, at("2026-06-07T00:00Z"), 2)).toHaveLength(2);
  });
});
