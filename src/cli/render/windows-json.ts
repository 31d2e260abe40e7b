/** `nixfleet.windows/1`: windows and when they open, for scripts. */
import type { Occasion } from "../../domain/windows/forecast.ts";
import type { HostWindows, WindowForecast } from "../../workflows/windows.ts";

export const windowsRecord = ({ forecasts, unbound }: Omit<HostWindows, "warnings">, fromMs: number): object => ({
  schema: "nixfleet.windows/1",
  from: instant(fromMs),
  windows: forecasts.map((forecast) => forecastRecord(forecast, fromMs)),
  unbound,
});

function forecastRecord({ next, occasions, purpose, ...binding }: WindowForecast, fromMs: number): object {
  return {
    purpose,
    ...binding,
    open: next !== undefined && next.startMs <= fromMs,
    opensAt: next === undefined ? null : instant(next.startMs),
    closesAt: next === undefined || !Number.isFinite(next.endMs) ? null : instant(next.endMs),
    openings: occasions.map(occasionRecord),
  };
}

function occasionRecord(occasion: Occasion): object {
  const { kind, window, zone, startMs } = occasion;
  const base = { kind, window, zone, start: instant(startMs) };
  if (occasion.kind === "skipped") return { ...base, because: occasion.because };
  const { endMs, cut } = occasion;
  return { ...base, end: instant(endMs), seconds: (endMs - startMs) / 1000, ...(cut === undefined ? {} : { cut }) };
}

const instant = (ms: number): string => new Date(ms).toISOString();
