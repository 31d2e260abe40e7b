/** Patterns over names: exact, shell globs, and the numeric ranges that folded host lists are printed in. */
import picomatch from "picomatch";

export interface NamePattern {
  readonly text: string;
  /** Whether the text is a name rather than a pattern: then it has to exist. */
  readonly exact: boolean;
  matches(name: string): boolean;
}

const GLOB_CHARACTERS = /[*?[\]{}]/;
// Ten thousand names from one range are more than any fleet folds into one word.
const MAX_RANGE = 10_000;

export function namePattern(text: string): NamePattern {
  if (!GLOB_CHARACTERS.test(text)) return { text, exact: true, matches: (name) => name === text };
  // Shells negate sets with !, picomatch with ^.
  const matches = picomatch(expandRanges(text).replaceAll("[!", "[^"), {
    dot: true,
    nonegate: true,
    noext: true,
    strictSlashes: true,
  });
  return { text, exact: false, matches: (name) => matches(name) };
}

/** `web-[8-11,20]` becomes `web-{8,9,10,11,20}`; a bracket with anything but numbers stays a set of characters. */
function expandRanges(text: string): string {
  return text.replace(/\[(\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)\]/g, (bracket, inside: string) => {
    const ranges = inside.split(",").map((range) => ends(range));
    const total = ranges.reduce((sum, { first, last }) => sum + Math.max(0, last - first + 1), 0);
    if (!/[-,]/.test(inside) || total < 2 || total > MAX_RANGE) return bracket;
    return `{${ranges.flatMap(numbers).join(",")}}`;
  });
}

interface Range {
  readonly first: number;
  readonly last: number;
  /** `01` keeps its zeros: 01, 02, … */
  readonly width: number;
}

function ends(range: string): Range {
  const [first = "", last = first] = range.split("-");
  return { first: Number(first), last: Number(last), width: first.length };
}

const numbers = ({ first, last, width }: Range): string[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => String(first + index).padStart(width, "0"));
