/** Nix's own messages as plain text. */

// Select Graphic Rendition: the only sequences that Nix writes itself.
const COLOUR = /\u001b\[[0-9;]*m/g;

/** Without colours; other control characters (from a user's own `throw`) stay and are escaped by renderers. */
export const withoutColour = (text: string): string => text.replace(COLOUR, "");

/** The first line with something in it, without `error:` before it. */
export function firstLine(text: string): string {
  const lines = withoutColour(text).split("\n");
  const useful = lines.map((line) => line.replace(/^\s*error:\s*/, "").trim());
  return useful.find((line) => line !== "") ?? "";
}
