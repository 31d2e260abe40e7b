/** Makes the one program out of its parts. */

/**
 * Joins the parts in their order. Comment lines are left out, since the program travels with every command: nothing in
 * it spans lines that begin with `#` (a test compares both forms).
 */
export function assembleProgram(parts: readonly string[]): string {
  const lines = parts.flatMap((part) => part.split("\n")).filter((line) => line !== "" && !/^\s*#/.test(line));
  return `#!/bin/sh\n${lines.join("\n")}\n`;
}
