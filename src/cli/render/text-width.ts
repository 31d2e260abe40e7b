/** How many columns a text takes on a terminal. */
import { createRequire } from "node:module";
import { stripVTControlCharacters } from "node:util";

/** Colours take no column. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  const bare = stripVTControlCharacters(text);
  return PLAIN.test(bare) ? bare.length : widthOfAny(bare);
}

const PLAIN = /^[ -~]*$/;

let loaded: ((text: string) => number) | undefined;

/** The tables of all scripts take a fifth of the program's start to load, and most output is plain. */
function widthOfAny(text: string): number {
  loaded ??= (createRequire(import.meta.url)("string-width") as { default: (text: string) => number }).default;
  return loaded(text);
}
