/** Durations as values of options. */
import { InvalidArgumentError } from "commander";
import { parseDuration } from "../domain/inventory/duration.ts";

/** Milliseconds. */
export function durationArgument(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError("expected a duration such as 90s, 12h or 14d.");
  return ms;
}
