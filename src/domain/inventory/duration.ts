/** Durations such as `60s`, `2m`, `1h30m`. */

const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof UNITS_MS;

const FORM = /^(?:\d+(?:ms|s|m|h|d))+$/;

/** Milliseconds, or nothing when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  if (!FORM.test(text)) return undefined;
  let total = 0;
  for (const [, amount = "0", unit = "s"] of text.matchAll(/(\d+)(ms|s|m|h|d)/g))
    total += Number(amount) * UNITS_MS[unit as Unit];
  return Number.isSafeInteger(total) ? total : undefined;
}

/** The shortest way to write it: 90000 is `1m30s`. */
export function durationText(ms: number): string {
  if (ms === 0) return "0s";
  let rest = ms;
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"] as const) {
    const amount = Math.floor(rest / UNITS_MS[unit]);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * UNITS_MS[unit];
  }
  return text;
}
