/** What a person needs from an error of the evaluator: the cause first, and the place in the fleet's own files. */
import type { NixLogMessage, NixTraceEntry } from "./log-line.ts";
import { firstLine, withoutColour } from "./messages.ts";
import { type NamedDefinition, namedDefinition } from "./named-definition.ts";

export interface EvaluationError {
  /** The cause in one line, as Nix words it. */
  readonly cause: string;
  /** Further lines of the cause; empty when it has one. */
  readonly more: readonly string[];
  readonly place?: SourcePlace;
  /** What the text of a module error names instead of a place. */
  readonly definition?: NamedDefinition;
  /** Context that projections add with `builtins.addErrorContext`, innermost first. */
  readonly contexts: readonly string[];
}

export interface SourcePlace {
  /** As Nix names it, mostly below /nix/store. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The source line, when the message shows it. */
  readonly excerpt?: string;
}

const KEPT_LINES = 20;

/**
 * Reads the last error message that Nix wrote.
 * @param isOwn tells whether a file belongs to the fleet: the innermost such place is preferred over places in libraries
 */
export function describeEvaluationError(
  errors: readonly NixLogMessage[],
  isOwn: (file: string) => boolean,
): EvaluationError | undefined {
  // Hints such as "use --show-trace" are messages of their own, without the parts of an error.
  const message = errors.findLast(({ raw_msg }) => raw_msg !== undefined) ?? errors.at(-1);
  if (message === undefined) return undefined;
  const text = withoutColour(message.msg);
  const cause = withoutColour(message.raw_msg ?? causeIn(text)).split("\n");
  const first = cause.findIndex((line) => line.trim() !== "");
  const place = placeOf(message, text, isOwn);
  const definition = namedDefinition(cause.join("\n"), isOwn);
  return {
    cause: firstLine(cause.join("\n")).replace(/\.? Definition values:$/, ""),
    more: trimmed(cause.slice(first + 1)).slice(0, KEPT_LINES),
    ...(place === undefined ? {} : { place }),
    ...(definition === undefined ? {} : { definition }),
    contexts: (message.trace ?? []).map((entry) => withoutColour(entry.raw_msg ?? "")),
  };
}

// Since 2.20 the trace comes first and the cause behind the last "error:"; before, the cause comes first.
function causeIn(text: string): string {
  const parts = text.split(/^\s*error:\s*/m);
  return (parts.at(-1) ?? text).split(/\n\s*\n|\n\s+at /)[0] ?? text;
}

function trimmed(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(0, last + 1);
}

function placeOf(message: NixLogMessage, text: string, isOwn: (file: string) => boolean): SourcePlace | undefined {
  const known = [message, ...innermostFirst(message)].flatMap((entry) => placed(entry));
  const shown = [...text.matchAll(/\bat (\/\S+?):(\d+):(\d+)/g)].map((match) => ({
    file: match[1] ?? "",
    line: Number(match[2]),
    column: Number(match[3]),
  }));
  const places = [...known, ...shown];
  // What is thrown has no position of its own, and where a library throws says nothing to its user.
  const place = places.find(({ file }) => isOwn(file)) ?? placed(message)[0];
  if (place === undefined) return undefined;
  const excerpt = excerptOf(text, place);
  return { ...place, ...(excerpt === undefined ? {} : { excerpt }) };
}

// Nix writes the trace innermost first in JSON, in every version that has it.
const innermostFirst = (message: NixLogMessage): readonly NixTraceEntry[] => message.trace ?? [];

function placed({ file, line, column }: NixTraceEntry | NixLogMessage): readonly SourcePlace[] {
  if (typeof file !== "string" || !file.startsWith("/") || typeof line !== "number") return [];
  // Since 2.20 the file's name ends with line and column.
  return [{ file: file.replace(/(?::\d+)+$/, ""), line, column: Math.max(1, column ?? 1) }];
}

function excerptOf(text: string, { file, line, column }: SourcePlace): string | undefined {
  const at = text.indexOf(`${file}:${line}:${column}`);
  if (at < 0) return undefined;
  const block = text.slice(at).split("\n").slice(1, 8);
  const pattern = new RegExp(`^\\s*${line}\\| ?(.*)$`);
  return block.map((shown) => pattern.exec(shown)?.[1]).find((found) => found !== undefined);
}
