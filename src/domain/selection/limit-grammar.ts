/** Reads Ansible's host patterns: `web:&prod:!db*`, `@file`, `~regex`, `web[0:2]`. */

import { type NamePattern, namePattern } from "../name-pattern.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export interface LimitTerm {
  /** `union` is a plain term, `intersect` one with `&`, `subtract` one with `!`. */
  readonly sign: "union" | "intersect" | "subtract";
  readonly atom: LimitAtom;
  /** As typed, sign included. */
  readonly text: string;
}

export type LimitAtom =
  | { readonly kind: "name"; readonly pattern: NamePattern; readonly slice?: SlicedName }
  | { readonly kind: "regex"; readonly matches: (name: string) => boolean }
  | { readonly kind: "file"; readonly file: string };

/** `web[0:2]` might also be a glob; which one is decided when it is known whether `web` is a group. */
export interface SlicedName {
  readonly base: NamePattern;
  /** Zero-based, both ends included as in Ansible; negative counts from the end; absent `to` runs to the end. */
  readonly from: number;
  readonly to: number | undefined;
}

// A longer expression is a mistake, and backtracking grows with its length.
const MAX_REGEX = 200;

const signs = { "&": "intersect", "!": "subtract" } as const;

/** The terms of one expression. Separators are `,` and `:`, but not inside brackets, braces or parentheses. */
export function parseLimit(expression: string): Result<readonly LimitTerm[]> {
  const terms: LimitTerm[] = [];
  for (const text of splitTerms(expression)) {
    const mark = text[0];
    const sign = mark === "&" || mark === "!" ? signs[mark] : "union";
    const atom = parseAtom(sign === "union" ? text : text.slice(1).trim(), expression);
    if (!atom.ok) return atom;
    terms.push({ sign, atom: atom.value, text });
  }
  return terms.length > 0 ? ok(terms) : err(badPattern(expression, "it is empty"));
}

/** Names of the files that an expression refers to with `@`. */
export function filesOf(expression: string): readonly string[] {
  return splitTerms(expression)
    .map((term) => term.replace(/^[&!]\s*/, ""))
    .filter((atom) => atom.startsWith("@"))
    .map((atom) => atom.slice(1));
}

const badPattern = (pattern: string, why: string): Failure =>
  failure("inventory/bad-pattern", `the host pattern "${pattern}" cannot be read: ${why}`, {
    expected: "names, globs, ~regex, @file and name[0:2], joined by , or : with & for and, ! for not",
  });

function splitTerms(expression: string): string[] {
  const terms: string[] = [];
  let depth = 0;
  let term = "";
  for (const character of expression) {
    if ("[({".includes(character)) depth++;
    else if ("])}".includes(character)) depth = Math.max(0, depth - 1);
    if (depth === 0 && (character === "," || character === ":")) {
      terms.push(term.trim());
      term = "";
    } else term += character;
  }
  return [...terms, term.trim()].filter((text) => text !== "");
}

function parseAtom(text: string, expression: string): Result<LimitAtom> {
  if (text === "") return err(badPattern(expression, "a & or ! stands alone"));
  if (text.startsWith("@")) {
    const file = text.slice(1);
    return file === "" ? err(badPattern(expression, "@ needs a file")) : ok({ kind: "file", file });
  }
  if (text.startsWith("~")) return parseRegex(text.slice(1), expression);
  const slice = parseSlice(text);
  return ok({ kind: "name", pattern: namePattern(text), ...(slice === undefined ? {} : { slice }) });
}

function parseRegex(source: string, expression: string): Result<LimitAtom> {
  if (source.length > MAX_REGEX) return err(badPattern(expression, `the regex has more than ${MAX_REGEX} characters`));
  try {
    // Bound to the start only, as in Ansible.
    const regex = new RegExp(`^(?:${source})`);
    return ok({ kind: "regex", matches: (name) => regex.test(name) });
  } catch (error) {
    return err(badPattern(expression, error instanceof Error ? error.message : String(error)));
  }
}

function parseSlice(text: string): SlicedName | undefined {
  const match = /^(.+)\[(-?\d+)(?:([:-])(-?\d*))?\]$/.exec(text);
  if (match === null) return undefined;
  const [, base = "", first = "", separator, last = ""] = match;
  const from = Number(first);
  const open = separator !== undefined && (last === "" || last === "-");
  return { base: namePattern(base), from, to: open ? undefined : separator === undefined ? from : Number(last) };
}
