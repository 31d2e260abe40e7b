/** What the windows of a calendar come to, one after another, with what clocks and blackouts take from them. */
import { type Blackout, withoutBlackouts } from "./blackout.ts";
import { type Calendar, HORIZON_MS, occurrences } from "./calendar.ts";
import { windowText } from "./grammar.ts";
import type { Occurrence } from "./occurrence.ts";

export type Occasion = {
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  /** As it is written, zone included. */
  readonly window: string;
  readonly zone: string;
} & (
  | {
      readonly kind: "open";
      readonly endMs: number;
      /** Why it is shorter than written. */
      readonly cut?: "clocks" | "blackout";
    }
  | {
      readonly kind: "skipped";
      readonly because: "clocks" | "blackout";
    }
);

/** So many openings from an instant on, and what is skipped between them. Ends early at the horizon. */
export function forecast(calendar: Calendar, fromMs: number, count: number): Occasion[] {
  const found: Occasion[] = [];
  let open = 0;
  for (const occurrence of occurrences(calendar.windows, fromMs)) {
    if (open >= count || occurrence.startMs > fromMs + HORIZON_MS) break;
    const pieces = occasionsOf(occurrence, calendar.blackouts).filter(
      (it) => it.kind === "skipped" || it.endMs > fromMs,
    );
    found.push(...pieces.slice(0, count - open));
    open += pieces.filter((piece) => piece.kind === "open").length;
  }
  return found;
}

function occasionsOf({ window, startMs, endMs, nominalMs }: Occurrence, blackouts: readonly Blackout[]): Occasion[] {
  const base = { window: windowText(window), zone: window.zone };
  if (endMs <= startMs) return [{ ...base, startMs, kind: "skipped", because: "clocks" }];
  const pieces = withoutBlackouts(blackouts, { startMs, endMs });
  if (pieces.length === 0) return [{ ...base, startMs, kind: "skipped", because: "blackout" }];
  return pieces.map((piece) => {
    const isWhole = piece.startMs === startMs && piece.endMs === endMs;
    const cut = isWhole
      ? endMs - startMs < nominalMs
        ? ({ cut: "clocks" } as const)
        : {}
      : ({ cut: "blackout" } as const);
    return { ...base, ...piece, kind: "open", ...cut };
  });
}
