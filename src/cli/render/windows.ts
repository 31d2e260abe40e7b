/** When windows open: instants in UTC and in the window's own zone, with what clocks and blackouts change. */
import { Temporal } from "temporal-polyfill";
import { foldHosts } from "../../domain/fold-hosts.ts";
import type { Occasion } from "../../domain/windows/forecast.ts";
import type { HostWindows, WindowForecast } from "../../workflows/windows.ts";
import { type Cell, duration, table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Ends with a newline. */
export function renderHostWindows({ forecasts, unbound }: HostWindows, fromMs: number, style: Style): string {
  const blocks = forecasts.map((one) => renderForecast(one, fromMs, style));
  const free = unbound.length === 0 ? [] : [`no window binds ${style.name(printable(foldHosts(unbound)))}\n`];
  return [...blocks, ...free].join("\n");
}

function renderForecast(forecast: WindowForecast, fromMs: number, style: Style): string {
  const head = forecast.purpose === "typed" ? [] : [titleOf(forecast, style)];
  const texts = [
    ...forecast.windows.map((text) => `  window    ${printable(text)}`),
    ...(forecast.windows.length === 0 ? ["  window    any time"] : []),
    ...forecast.blackouts.map((text) => `  blackout  ${printable(text)}`),
  ];
  const several = new Set(forecast.occasions.map(({ window }) => window)).size > 1;
  const rows = forecast.occasions.map((occasion) => occasionRow(occasion, several, style));
  const titles = ["OPENS (UTC)", "IN ITS OWN ZONE", "LASTS", ""].map((text): Cell => ({ text, paint: style.dim }));
  const list = rows.length === 0 ? [] : ["", ...table([titles, ...rows], "  ")];
  return `${[...head, ...texts, `  now       ${nowWords(forecast, fromMs, style)}`, ...list].join("\n")}\n`;
}

function titleOf({ purpose, rollout, hosts }: WindowForecast, style: Style): string {
  const what = purpose === "reboot" ? "reboots" : "changes";
  const because = rollout === undefined ? "" : `, by the rollout ${style.name(printable(rollout))}`;
  return `${style.strong(what)} of ${style.name(printable(foldHosts(hosts)))}${because}`;
}

function nowWords({ next }: WindowForecast, fromMs: number, style: Style): string {
  if (next === undefined) return style.bad("shut, and never opens");
  if (next.startMs > fromMs) return style.warning(`shut, opens in ${duration(next.startMs - fromMs)}`);
  const lasts = Number.isFinite(next.endMs) ? `, for ${duration(next.endMs - fromMs)} more` : "";
  return style.good(`open${lasts}`);
}

function occasionRow(occasion: Occasion, several: boolean, style: Style): Cell[] {
  const { startMs, zone, window } = occasion;
  const which = several ? printable(window) : "";
  if (occasion.kind === "skipped") {
    const start = utc(startMs);
    const why = occasion.because === "clocks" ? "skipped: the clocks leap over it" : "skipped: blackout";
    return [dimmed(start, style), dimmed(local(startMs, zone), style), dimmed("-", style), warned([why, which], style)];
  }
  const note = occasion.cut === undefined ? "" : cutWords[occasion.cut];
  return [
    { text: utc(startMs) },
    { text: `${local(startMs, zone)} to ${localEnd(occasion)}` },
    { text: duration(occasion.endMs - startMs), align: "right" },
    warned([note, which], style),
  ];
}

const cutWords = { clocks: "shorter: the clocks change", blackout: "cut by a blackout" } as const;

const dimmed = (text: string, style: Style): Cell => ({ text, paint: style.dim });

const warned = (texts: readonly string[], style: Style): Cell => ({
  text: texts.filter((text) => text !== "").join("; "),
  paint: style.dim,
});

/** `2026-10-25 00:00Z`, to the minute as windows are. */
const utc = (ms: number): string => new Date(ms).toISOString().replace("T", " ").slice(0, 16).concat("Z");

/** `Sun 2026-10-25 02:00+02:00`. */
function local(ms: number, zone: string): string {
  const time = zoned(ms, zone);
  return `${DAYS[time.dayOfWeek - 1]} ${time.toPlainDate().toString()} ${clock(time)}`;
}

/** The day only where it is another. */
function localEnd({ startMs, endMs, zone }: Extract<Occasion, { kind: "open" }>): string {
  const [start, end] = [zoned(startMs, zone), zoned(endMs, zone)];
  return start.toPlainDate().equals(end.toPlainDate()) ? clock(end) : `${DAYS[end.dayOfWeek - 1]} ${clock(end)}`;
}

const zoned = (ms: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);

const clock = (time: Temporal.ZonedDateTime): string =>
  `${time.toPlainTime().toString({ smallestUnit: "minute" })}${time.offset}`;

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
