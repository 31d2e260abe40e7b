/** The files of one group of equal change. */
import { type FileVariant, fileVariants } from "../../domain/plan/file-variants.ts";
import type { ChangeGroup } from "../../domain/plan/groups.ts";
import type { FileChange } from "../../domain/plan/plan.ts";
import { count, withRemark } from "./layout.ts";
import { type Change, INDENT, mark } from "./marked-rows.ts";
import type { PlanView } from "./plan.ts";
import { renderDiff } from "./plan-diff.ts";
import { printable } from "./printable.ts";

export const renderFiles = (group: ChangeGroup, view: PlanView): string[] =>
  fileVariants(group).flatMap((variants) => {
    const [first] = variants;
    if (first === undefined) return [];
    const { change, path } = first.file;
    return [
      ...entry(change, path, { trouble: troubleOf(first.file), facts: factsOf(variants, view) }, view),
      ...renderDiff(variants, view),
    ];
  });

interface Remarks {
  /** What somebody should look at. */
  readonly trouble: readonly string[];
  readonly facts: readonly string[];
}

/** A path, with remarks behind it. */
export function entry(change: Change, path: string, { trouble, facts }: Remarks, { style, width }: PlanView): string[] {
  const text = [...trouble, ...facts].join("; ");
  const paint = trouble.length > 0 ? style.warning : style.dim;
  return withRemark(`${INDENT}${mark(change, style)} ${printable(path)}`, { text, paint }, width);
}

export const modeWords = (mode: { from: string; to: string } | undefined): string[] =>
  mode === undefined ? [] : [`mode ${printable(mode.from)} -> ${printable(mode.to)}`];

function troubleOf(file: FileChange): string[] {
  return [
    ...(file.drift === undefined ? [] : [driftWords[file.drift]]),
    ...(file.adopts === true ? ["taken over: the present file is backed up"] : []),
    ...modeWords(file.mode),
  ];
}

const driftWords = {
  edited: "drift: edited on the host; the edited copy is kept aside",
  missing: "drift: missing on the host",
  mode: "drift: mode or owner changed on the host",
} as const;

function factsOf(variants: readonly FileVariant[], { diff, verbosity }: PlanView): string[] {
  const withheld = [...new Set(variants.flatMap(({ file }) => file.withheld ?? []))];
  const [first] = variants;
  const counted = diff === "short" && verbosity >= 0 && first?.file.change === "add";
  return [
    ...(first?.file.restores === true ? ["what was there before it was taken over comes back"] : []),
    ...(counted ? lineCounts(variants) : []),
    ...withheld.map((why) => withheldWords[why]),
    // All of them are shown, each under its hosts.
    ...(variants.length > 1 && diff !== "full" ? [variantWords(variants)] : []),
  ];
}

const withheldWords = {
  hidden: "content is not shown",
  binary: "binary content",
  large: "content too long to compare",
} as const;

/** "9 lines", "9 to 12 lines". */
function lineCounts(variants: readonly FileVariant[]): string[] {
  const counts = variants.flatMap(({ file }) => (file.diff === undefined ? [] : [addedLines(file.diff)]));
  if (counts.length === 0) return [];
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return [least === most ? count(most, "line") : `${least} to ${count(most, "line")}`];
}

const addedLines = (diff: string): number => diff.split("\n").filter((line) => line.startsWith("+")).length;

function variantWords(variants: readonly FileVariant[]): string {
  return variants.every(({ hosts }) => hosts.length === 1) ? "differs per host" : `${variants.length} variants`;
}
