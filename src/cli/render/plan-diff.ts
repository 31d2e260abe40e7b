/** Diffs inside the plan: a few lines by default, so that the whole of the plan stays in sight. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import type { FileVariant } from "../../domain/plan/file-variants.ts";
import { count } from "./layout.ts";
import type { PlanView } from "./plan.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** Shown of one file unless --diff=full; enough for a changed setting with its context. */
const SHORT_LINES = 16;

const INDENT = "        ";

/**
 * Of a modified file its hunks, on one of the hosts where they differ; of a file that appears or goes as a whole, and of
 * every host, only with --diff=full.
 */
export function renderDiff(variants: readonly FileVariant[], view: PlanView): string[] {
  if (view.diff === "none" || view.verbosity < 0) return [];
  const told = variants.filter(({ file }) => file.diff !== undefined);
  const shown = view.diff === "full" ? told : told.filter(({ file }) => file.change === "modify").slice(0, 1);
  return shown.flatMap((variant) => [...label(variant, variants.length, view.style), ...renderVariant(variant, view)]);
}

/** Says whose diff it is, where there are others. */
function label({ hosts }: FileVariant, variants: number, style: Style): string[] {
  return variants === 1 ? [] : [`${INDENT}${style.name(printable(foldHosts(hosts)))}:`];
}

function renderVariant({ file }: FileVariant, { diff, style }: PlanView): string[] {
  const lines = (file.diff ?? "").replace(/\n$/, "").split("\n");
  // The only hunk of a whole file says nothing: it is the whole file.
  const body = file.change === "modify" ? lines : lines.filter((line) => !line.startsWith("@@"));
  const shown = diff === "full" || body.length <= SHORT_LINES + 1 ? body : body.slice(0, SHORT_LINES);
  const hidden = body.length - shown.length;
  return [
    ...shown.map((line) => (line.trim() === "" ? "" : `${INDENT}${paint(line, style)}`)),
    ...(hidden === 0 ? [] : [style.dim(`${INDENT}${count(hidden, "more line")}, with --diff=full`)]),
  ];
}

function paint(line: string, style: Style): string {
  const text = printable(line);
  if (line.startsWith("+")) return style.added(text);
  if (line.startsWith("-")) return style.removed(text);
  return style.dim(text);
}
