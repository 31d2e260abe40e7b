/** Names of time zones. */
import { didYouMean } from "../near-miss.ts";
import type { WindowMistake } from "./grammar.ts";

// Making a formatter costs far more than asking a set, and fleets repeat few zones.
const checkedZones = new Map<string, boolean>();

/** Whether it is the name of an IANA zone; offsets such as +01:00 are none, they know no summer time. */
export function isZone(zone: string): boolean {
  const known = checkedZones.get(zone) ?? namesZone(zone);
  checkedZones.set(zone, known);
  return known;
}

export function unknownZone(zone: string): WindowMistake {
  const next = didYouMean(zone, Intl.supportedValuesOf("timeZone"));
  return { why: `"${zone}" is no IANA time zone`, ...(next === undefined ? {} : { next }) };
}

function namesZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
