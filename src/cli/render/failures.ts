/** Failures as text for people: code and cause, expected and found, the place, one next action. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import { type EventError, eventErrorOf } from "../../domain/outcome/event-error.ts";
import type { Failure } from "../../domain/outcome/failure.ts";
import { groupFailures } from "../../domain/plan/groups.ts";
import { printable, printableLines } from "./printable.ts";
import { plainStyle, type Style } from "./style.ts";

export function renderFailure(failure: Failure, style: Style = plainStyle): string {
  return renderError(eventErrorOf(failure), failure.host === undefined ? [] : [failure.host], style);
}

/** The same form for something that is no reason to stop. */
export function renderWarning(failure: Failure, style: Style = plainStyle): string {
  return renderAs(`${style.warning(`warning[${failure.code}]`)}:`, eventErrorOf(failure), style);
}

/** Equal failures of several hosts are told once, under the folded names of the hosts. */
export function renderFailures(failures: readonly Failure[], style: Style = plainStyle): string {
  const plain = failures.map((failure) => ({
    error: eventErrorOf(failure),
    ...(failure.host === undefined ? {} : { host: failure.host }),
  }));
  return groupFailures(plain)
    .map((group) => renderError(group.error, group.hosts, style))
    .join("\n");
}

/** One error of the hosts that have it in common. Ends with a newline. */
export function renderError(error: EventError, hosts: readonly string[], style: Style = plainStyle): string {
  const place = hosts.length === 0 ? "" : `${style.name(printable(foldHosts(hosts)))}: `;
  return renderAs(`${style.bad(`error[${printable(error.code)}]`)}: ${place}`.trimEnd(), error, style);
}

function renderAs(head: string, error: EventError, style: Style): string {
  const lines = [`${head} ${printable(error.what)}`];
  if (error.expected !== undefined) lines.push(`  expected  ${printable(error.expected)}`);
  if (error.found !== undefined) lines.push(`  found     ${printable(error.found)}`);
  if (error.at !== undefined) lines.push(...renderPosition(error.at));
  if (error.detail !== undefined) lines.push(...printableLines(error.detail).map((line) => `  | ${line}`));
  if (error.because !== undefined) lines.push(`  because   ${printable(error.because)}`);
  if (error.next !== undefined) lines.push(`  ${style.strong("next")}      ${printable(error.next)}`);
  return `${lines.join("\n")}\n`;
}

/** Lines: the place, and under it the source line with a mark. */
export function renderPosition(at: NonNullable<EventError["at"]>): string[] {
  const place = `  at        ${printable(at.file)}:${at.line}:${at.column}`;
  if (at.excerpt === undefined) return [place];
  const gutter = String(at.line);
  const blank = " ".repeat(gutter.length);
  return [
    place,
    `  ${blank} |`,
    `  ${gutter} | ${printable(at.excerpt)}`,
    `  ${blank} | ${" ".repeat(Math.max(0, at.column - 1))}^`,
  ];
}
