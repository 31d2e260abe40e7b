/** Diffs inside the plan: a few lines by default, so that the whole of the plan stays in sight. */
import type { FileChange } from "../../domain/plan/plan.ts";
import type { PlanView } from "./plan.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Shown of one file unless --diff=full; enough for a changed setting with its context. */
const SHORT_LINES = 16;
/** A file that appears or goes as a whole tells less by its content. */
const SHORT_LINES_WHOLE_FILE = 6;

const INDENT = "        ";

export function renderDiff(file: FileChange, { diff, style, verbosity }: PlanView): string[] {
  if (file.diff === undefined || diff === "none" || verbosity < 0) return [];
  const lines = file.diff.replace(/\n$/, "").split("\n");
  // The only hunk of a whole file says nothing: it is the whole file.
  const body = file.change === "modify" ? lines : lines.filter((line) => !line.startsWith("@@"));
  const limit = file.change === "modify" ? SHORT_LINES : SHORT_LINES_WHOLE_FILE;
  const shown = diff === "full" || body.length <= limit + 1 ? body : body.slice(0, limit);
  const hidden = body.length - shown.length;
  return [
    ...shown.map((line) => (line.trim() === "" ? "" : `${INDENT}${paint(line, style)}`)),
    ...(hidden === 0 ? [] : [style.dim(`${INDENT}${hidden} more lines, with --diff=full`)]),
  ];
}

function paint(line: string, style: Style): string {
  const text = printable(line);
  if (line.startsWith("+")) return style.added(text);
  if (line.startsWith("-")) return style.removed(text);
  return style.dim(text);
}
