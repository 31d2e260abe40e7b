/** Weekly maintenance windows: `DAYS HH:MM-HH:MM ZONE`. */
import { didYouMean } from "../near-miss.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import { isZone, unknownZone } from "./zone.ts";

export interface MaintenanceWindow {
  /** Days on which it starts, 1 for Monday to 7 for Sunday, ascending. */
  readonly days: readonly number[];
  /** Minutes after midnight, local time of the zone. */
  readonly startMinute: number;
  /** Minutes after midnight; not after the start means on the next day. 1440 is midnight at the day's end. */
  readonly endMinute: number;
  /** IANA name. */
  readonly zone: string;
}

export interface WindowMistake {
  readonly why: string;
  readonly next?: string;
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const TIMES = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/;

/**
 * Reads one window. Days are `Sun`, lists `Sat,Sun`, ranges `Mon..Fri`, or `*`. Without zone it is UTC. An end that is not
 * after the start lies on the next day.
 */
export function parseWindow(text: string): Result<MaintenanceWindow, WindowMistake> {
  const [days = "", times = "", zone = "UTC", ...rest] = text.trim().split(/\s+/);
  if (times === "" || rest.length > 0) return err({ why: "it has not the form DAYS HH:MM-HH:MM ZONE" });
  const dayNumbers = parseDays(days);
  if (!dayNumbers.ok) return dayNumbers;
  const minutes = parseTimes(times);
  if (!minutes.ok) return minutes;
  if (!isZone(zone)) return err(unknownZone(zone));
  return ok({ days: dayNumbers.value, ...minutes.value, zone });
}

/** The one way to write a window, zone always included. */
export function windowText({ days, startMinute, endMinute, zone }: MaintenanceWindow): string {
  return `${daysText(days)} ${clock(startMinute)}-${clock(endMinute)} ${zone}`;
}

function parseDays(text: string): Result<readonly number[], WindowMistake> {
  if (text === "*") return ok([1, 2, 3, 4, 5, 6, 7]);
  const numbers = new Set<number>();
  for (const part of text.split(",")) {
    const [first = "", last = first, ...rest] = part.split("..");
    const [from, to] = [dayNumber(first), dayNumber(last)];
    if (from === undefined || to === undefined || rest.length > 0) return err(unknownDay(part));
    // Fri..Mon runs over the end of the week.
    for (let day = from; ; day = (day % 7) + 1) {
      numbers.add(day);
      if (day === to) break;
    }
  }
  return ok([...numbers].sort((a, b) => a - b));
}

function dayNumber(text: string): number | undefined {
  const index = DAYS.findIndex((day) => day.toLowerCase() === text.toLowerCase());
  return index === -1 ? undefined : index + 1;
}

function unknownDay(text: string): WindowMistake {
  const next = didYouMean(text, DAYS);
  return {
    why: `"${text}" is no day: write ${DAYS.join(", ")}, a list Sat,Sun, a range Mon..Fri or *`,
    ...(next === undefined ? {} : { next }),
  };
}

function parseTimes(text: string): Result<{ startMinute: number; endMinute: number }, WindowMistake> {
  const match = TIMES.exec(text);
  if (match === null) return err({ why: `"${text}" is not of the form HH:MM-HH:MM` });
  const [startHour = 0, startMinutes = 0, endHour = 0, endMinutes = 0] = match.slice(1).map(Number);
  const startMinute = startHour * 60 + startMinutes;
  const endMinute = endHour * 60 + endMinutes;
  if (startMinutes > 59 || endMinutes > 59 || startMinute >= 1440 || endMinute > 1440) {
    return err({ why: `"${text}" is no time of day: hours go from 00 to 23, minutes from 00 to 59` });
  }
  if (startMinute === endMinute) return err({ why: "it ends when it starts; a whole day is 00:00-24:00" });
  return ok({ startMinute, endMinute });
}

function daysText(days: readonly number[]): string {
  if (days.length === 7) return "*";
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const name = (day: number | undefined): string => DAYS[(day ?? 1) - 1] ?? "";
  return runs
    .map((run) => (run.length > 2 ? `${name(run[0])}..${name(run.at(-1))}` : run.map(name).join(",")))
    .join(",");
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
