/** Rows of changes: a symbol, aligned columns, and a remark behind them. */

import { type Cell, table, withRemark } from "./layout.ts";
import type { Style } from "./style.ts";
import { textWidth } from "./text-width.ts";

export type Change = "add" | "modify" | "remove";

export interface MarkedRow {
  readonly change: Change;
  readonly cells: readonly Cell[];
  readonly remark?: Cell;
}

export const INDENT = "    ";

/** Symbols carry the meaning; colour only repeats it. */
export function mark(change: Change, style: Style): string {
  if (change === "add") return style.added("+");
  return change === "remove" ? style.removed("-") : style.changed("~");
}

export function markedRows(
  rows: readonly MarkedRow[],
  { style, width }: { readonly style: Style; readonly width: number },
): string[] {
  const lines = table(rows.map(({ cells }) => cells));
  const widest = Math.max(...lines.map((line) => textWidth(line)));
  return rows.flatMap(({ change, remark }, index) => {
    const line = lines[index] ?? "";
    const padded = line + " ".repeat(widest - textWidth(line));
    return withRemark(`${INDENT}${mark(change, style)} ${padded}`, remark ?? { text: "" }, width);
  });
}
