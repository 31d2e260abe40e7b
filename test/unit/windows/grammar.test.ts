import { describe, expect, test } from "vitest";
import { durationText, parseDuration } from "../../../src/domain/inventory/duration.ts";
import { parseWindow, windowText } from "../../../src/domain/windows/grammar.ts";

const normal = (text: string): string | undefined => {
  const parsed = parseWindow(text);
  return parsed.ok ? windowText(parsed.value) : undefined;
};
const why = (text: string): string | undefined => {
  const parsed = parseWindow(text);
  return parsed.ok ? undefined : parsed.error.why;
};

describe("a maintenance window", () => {
  test.each([
    ["Sun 02:00-04:00 Europe/Berlin", [7], 120, 240, "Europe/Berlin"],
    ["sat,SUN 22:00-02:00", [6, 7], 1320, 120, "UTC"],
    ["Mon..Fri 00:00-24:00 America/New_York", [1, 2, 3, 4, 5], 0, 1440, "America/New_York"],
    ["Fri..Mon 01:30-01:45 UTC", [1, 5, 6, 7], 90, 105, "UTC"],
    ["* 23:59-00:00 Asia/Kolkata", [1, 2, 3, 4, 5, 6, 7], 1439, 0, "Asia/Kolkata"],
    ["  Wed   02:00-04:00  ", [3], 120, 240, "UTC"],
  ])("%s is understood", (text, days, startMinute, endMinute, zone) => {
    expect(parseWindow(text)).toEqual({ ok: true, value: { days, startMinute, endMinute, zone } });
  });

  test.each([
    ["", "it has not the form"],
    ["02:00-04:00", "it has not the form"],
    ["Sun 02:00-04:00 Europe/Berlin UTC", "it has not the form"],
    ["Sunday 02:00-04:00", '"Sunday" is no day'],
    ["Sun, 02:00-04:00", '"" is no day'],
    ["Mon..Wed..Fri 02:00-04:00", '"Mon..Wed..Fri" is no day'],
    ["Sun 2:00-4:00", "not of the form HH:MM-HH:MM"],
    ["Sun 24:00-02:00", "no time of day"],
    ["Sun 02:60-04:00", "no time of day"],
    ["Sun 02:00-24:01", "no time of day"],
    ["Sun 02:00-02:00", "it ends when it starts"],
    ["Sun 02:00-04:00 +01:00", "no IANA time zone"],
    ["Sun 02:00-04:00 Berlin", "no IANA time zone"],
  ])("%j is refused", (text, reason) => {
    expect(why(text)).toContain(reason);
  });

  test("is always written the same way", () => {
    expect(normal("sun,mon,tue,wed 02:00-04:00")).toBe("Mon..Wed,Sun 02:00-04:00 UTC");
    expect(normal("Sat,Sun 02:00-04:00 UTC")).toBe("Sat,Sun 02:00-04:00 UTC");
    expect(normal("Mon..Sun 02:00-04:00 UTC")).toBe("* 02:00-04:00 UTC");
    expect(normal(normal("Fri..Mon 22:00-24:00") ?? "")).toBe(normal("Fri..Mon 22:00-24:00"));
  });
});

describe("a duration", () => {
  test.each([
    ["60s", 60_000],
    ["2m", 120_000],
    ["1h30m", 5_400_000],
    ["250ms", 250],
    ["1d", 86_400_000],
    ["0s", 0],
  ])("%s is understood", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "60", "1.5h", "-1s", "1 h", "1w", "s", "1h 30m", "99999999999999999999d"])("%j is refused", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each([0, 1, 999, 60_000, 90_000, 5_400_000, 86_400_001])(
    "of %i ms is written so that it reads the same",
    (ms) => {
      expect(parseDuration(durationText(ms))).toBe(ms);
    },
  );
});
