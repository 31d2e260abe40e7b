/** Untrusted text made safe for a terminal: control characters, bidirectional overrides and escapes become visible. */

// C0, DEL and C1; marks, embeddings, overrides and isolates of writing direction; line and paragraph separators;
// lone surrogates, which some terminals turn into garbage.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line of text; a tab becomes a space, everything else that could move a cursor becomes `\x1b` and the like. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === "\t") return " ";
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Several lines, each printable; a carriage return before a line end is dropped. */
export const printableLines = (text: string): string[] =>
  text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map(printable);
