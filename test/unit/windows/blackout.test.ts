import { describe, expect, test } from "vitest";
import { parseBlackout } from "../../../src/domain/windows/blackout.ts";

const read = (text: string) => {
  const parsed = parseBlackout(text);
  if (!parsed.ok) return parsed.error.why;
  const { startMs, endMs } = parsed.value;
  return [startMs, endMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
};

describe("a blackout", () => {
  test.each([
    ["2026-12-24/2026-12-26 Europe/Berlin", ["2026-12-23T23:00", "2026-12-26T23:00"]],
    ["2026-12-24/2026-12-24", ["2026-12-24T00:00", "2026-12-25T00:00"]],
    ["2026-12-24T18:00/2026-12-25T06:00 America/New_York", ["2026-12-24T23:00", "2026-12-25T11:00"]],
    ["2026-12-24T18:00Z/2026-12-25T06:00+01:00", ["2026-12-24T18:00", "2026-12-25T05:00"]],
    // The longer of the two readings: from the first 02:30 to the second.
    ["2026-10-25T02:30/2026-10-25T02:30 Europe/Berlin", ["2026-10-25T00:30", "2026-10-25T01:30"]],
  ])("%s is understood", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    ["", "it has not the form"],
    ["2026-12-24", "it has not the form"],
    ["2026-12-24/2026-12-25/2026-12-26", "it has not the form"],
    ["2026-12-24/2026-12-25 Europe/Berlin now", "it has not the form"],
    ["2026-12-25/2026-12-23", "it ends before it starts"],
    ["2026-12-24T06:00Z/2026-12-24T06:00Z", "it ends before it starts"],
    ["2026-02-30/2026-03-01", '"2026-02-30" is neither'],
    ["2026-12-24/soon", '"soon" is neither'],
    ["2026-12-24/2026-12-25 Berlin", '"Berlin" is no IANA time zone'],
  ])("%j is refused", (text, why) => {
    expect(read(text)).toContain(why);
  });

  test("is written with its zone, so that it means the same everywhere", () => {
    const text = (typed: string) => {
      const parsed = parseBlackout(typed);
      return parsed.ok ? parsed.value.text : undefined;
    };
    expect(text("2026-12-24/2026-12-26")).toBe("2026-12-24/2026-12-26 UTC");
    expect(text("2026-12-24T18:00Z/2026-12-25T06:00Z")).toBe("2026-12-24T18:00Z/2026-12-25T06:00Z");
    expect(text(text("2026-12-24T18:00Z/2026-12-26 Asia/Tokyo") ?? "")).toBe("2026-12-24T18:00Z/2026-12-26 Asia/Tokyo");
  });
});
