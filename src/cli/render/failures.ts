/** Failures as text for people: code and cause, expected and found, the place, one next action. */
import type { Failure, SourcePosition } from "../../domain/outcome/failure.ts";
import { printable } from "./printable.ts";

export function renderFailure(failure: Failure): string {
  const host = failure.host === undefined ? "" : `${failure.host}: `;
  const lines = [`error[${failure.code}]: ${host}${printable(failure.what)}`];
  if (failure.expected !== undefined) lines.push(`  expected  ${printable(failure.expected)}`);
  if (failure.found !== undefined) lines.push(`  found     ${printable(failure.found)}`);
  if (failure.at !== undefined) lines.push(...renderPosition(failure.at));
  if (failure.detail !== undefined) lines.push(...failure.detail.split("\n").map((line) => `  | ${printable(line)}`));
  if (failure.cause !== undefined) lines.push(`  because   ${printable(failure.cause.what)} (${failure.cause.code})`);
  if (failure.next !== undefined) lines.push(`  next      ${printable(failure.next)}`);
  return `${lines.join("\n")}\n`;
}

function renderPosition(at: SourcePosition): string[] {
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
