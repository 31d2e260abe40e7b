/** Words on lines: alignment, wrapping and counts, by the width that a terminal gives to a character. */
import { textWidth } from "./text-width.ts";

/** Readable even when nobody tells the width: the least that terminals have. */
export const DEFAULT_WIDTH = 80;

export interface Cell {
  /** Printable already. */
  readonly text: string;
  readonly paint?: (text: string) => string;
  readonly align?: "left" | "right";
}

/** Rows with aligned columns, two spaces between them; no spaces at line ends. */
export function table(rows: readonly (readonly Cell[])[], indent = ""): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, textWidth(cell.text));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) => padded(cell, column === row.length - 1 ? 0 : (widths[column] ?? 0)));
    return `${indent}${cells.join("  ")}`.trimEnd();
  });
}

function padded(cell: Cell, width: number): string {
  const fill = " ".repeat(Math.max(0, width - textWidth(cell.text)));
  const text = cell.paint === undefined ? cell.text : cell.paint(cell.text);
  if (cell.text === "") return fill;
  return cell.align === "right" ? `${fill}${text}` : `${text}${fill}`;
}

/** Breaks at spaces and after commas; the first line starts with `first`, the others with as many spaces. */
export function wrap(text: string, options: { readonly first: string; readonly width: number }): string[] {
  const hang = " ".repeat(textWidth(options.first));
  const room = Math.max(20, options.width - hang.length);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=[ ,])/)) {
    if (line !== "" && textWidth(line + word.trimEnd()) > room) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += word;
  }
  lines.push(line.trimEnd());
  return lines.map((part, index) => (index === 0 ? options.first : hang) + part);
}

/** A remark behind a line where there is room, beside it on several lines where that reads well, else below it. */
export function withRemark(line: string, remark: Cell, width: number): string[] {
  const paint = remark.paint ?? ((text: string) => text);
  if (remark.text === "") return [line.trimEnd()];
  const column = textWidth(line) + 2;
  if (column + textWidth(remark.text) <= width) return [`${line}  ${paint(remark.text)}`];
  const longest = Math.max(...remark.text.split(" ").map((word) => textWidth(word)));
  const below = Math.max(longest, LEAST_COLUMN) > width - column;
  const indent = " ".repeat(below ? textWidth(/^ */.exec(line)?.[0] ?? "") + 2 : column);
  const words = wrap(remark.text, { first: indent, width }).map((part) => paint(part.trimStart()));
  const lines = below ? words : words.slice(1);
  return [below ? line.trimEnd() : `${line}  ${words[0] ?? ""}`, ...lines.map((part) => indent + part)];
}

/** Narrower, a column of words is harder to read than a line of its own. */
const LEAST_COLUMN = 30;

/** Cut to the width, with an ellipsis where something is missing. */
export function truncate(text: string, width: number, unicode: boolean): string {
  if (textWidth(text) <= width) return text;
  const ellipsis = unicode ? "…" : "...";
  let kept = "";
  for (const character of text) {
    if (textWidth(kept + character) > width - ellipsis.length) break;
    kept += character;
  }
  return kept + ellipsis;
}

/** "1 host", "3 hosts", "2 boxes". */
export function count(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  return `${number} ${noun}${/(s|x|ch)$/.test(noun) ? "es" : "s"}`;
}

/** "340 ms", "12 s", "3 min 05 s", "2 h 10 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** "00:45", or "1:00:45" from an hour on. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const tail = `${pair(Math.floor(seconds / 60) % 60)}:${pair(seconds % 60)}`;
  return seconds < 3600 ? tail : `${Math.floor(seconds / 3600)}:${tail}`;
}

const pair = (number: number): string => String(number).padStart(2, "0");
