/** Unified diffs for the plan. */
import { structuredPatch } from "diff";
import type { FileContent } from "./file-content.ts";
import type { FileChange } from "./plan.ts";

/** Lines of context around a change, as diff -u and git have them. */
const CONTEXT_LINES = 3;
/** Edits beyond which the search is given up: it takes time that grows with the square of this number. */
const MAX_EDITS = 4000;
/** Longest diff that a plan carries, in lines: more is not read by anybody. */
const MAX_DIFF_LINES = 2000;

export type Differ = (content: FileContent | undefined) => Pick<FileChange, "diff" | "withheld">;

/** Like `diffOf`, but compares equal pairs only once: in a fleet most hosts get the same change. */
export function memoizingDiffer(): Differ {
  const known = new Map<string, ReturnType<Differ>>();
  return (content) => {
    if (content?.kind !== "text") return diffOf(content);
    const key = JSON.stringify([content.old ?? null, content.new ?? null]);
    const diff = known.get(key) ?? diffOf(content);
    known.set(key, diff);
    return diff;
  };
}

/** The `diff` of a change, or why it is withheld; neither when the contents are equal or were not asked for. */
export function diffOf(content: FileContent | undefined): ReturnType<Differ> {
  if (content === undefined) return {};
  if (content.kind !== "text") return { withheld: content.kind };
  const old = content.old ?? "";
  const next = content.new ?? "";
  if (old === next) return {};
  const patch = structuredPatch("", "", old, next, "", "", { context: CONTEXT_LINES, maxEditLength: MAX_EDITS });
  if (patch === undefined) return { withheld: "large" };
  const lines = patch.hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
  return lines.length > MAX_DIFF_LINES ? { withheld: "large" } : { diff: `${lines.join("\n")}\n` };
}

// GNU diff writes 0 as the line before an empty side.
const range = (start: number, lines: number): string => `${lines === 0 ? start - 1 : start},${lines}`;
