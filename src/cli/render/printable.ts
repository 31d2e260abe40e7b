/** Untrusted text made safe for a terminal: control characters, bidirectional overrides and escapes become visible. */

const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** One line of text; a tab becomes a space, everything else that could move a cursor becomes `\x1b` and the like. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === "\t") return " ";
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
