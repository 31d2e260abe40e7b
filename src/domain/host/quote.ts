/** The one place that quotes words for a shell. */

// Plain in every shell that we meet; anything else is quoted.
const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;

/**
 * One word for the login shell of a host, whichever it is: sh, bash, zsh, fish or csh read the result as the same word.
 * (Inside single quotes fish treats a backslash and csh a `!` specially, so both stand outside, escaped.)
 * A newline is kept, but csh cannot have one inside a word: scripts travel on standard input instead.
 * @throws for a NUL character, which no argument can hold.
 */
export function quote(word: string): string {
  if (word.includes("\0")) throw new Error("a word for a shell cannot contain NUL");
  if (PLAIN.test(word)) return word;
  if (word === "") return "''";
  return word
    .split(/(['\\!]+)/)
    .map((part, index) => (index % 2 === 1 ? part.replace(/./g, "\\$&") : part === "" ? "" : `'${part}'`))
    .join("");
}

/** A command line out of separate words. */
export const quoteAll = (words: readonly string[]): string => words.map(quote).join(" ");
