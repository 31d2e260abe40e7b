/** Content of a file for a diff, or the reason why there is none to show. */

/** Old is what lies on the host, new is what the closure brings; a side left out does not exist. */
export type FileContent =
  | { readonly kind: "text"; readonly old?: string; readonly new?: string }
  | { readonly kind: "hidden" | "binary" | "large" };

/** Longest content in bytes that is compared, a side. Configuration is smaller; data has no place in a plan. */
export const MAX_DIFF_BYTES = 128 * 1024;

/** Judges raw bytes: too long, no UTF-8 text, or text. */
export function fileContent(sides: { readonly old?: Uint8Array; readonly new?: Uint8Array }): FileContent {
  const present = [sides.old, sides.new].filter((side) => side !== undefined);
  if (present.some((side) => side.byteLength > MAX_DIFF_BYTES)) return { kind: "large" };
  const old = sides.old === undefined ? undefined : decodeText(sides.old);
  const next = sides.new === undefined ? undefined : decodeText(sides.new);
  if (old === null || next === null) return { kind: "binary" };
  return { kind: "text", ...(old === undefined ? {} : { old }), ...(next === undefined ? {} : { new: next }) };
}

/** Null for bytes that are no text: not UTF-8, or with a NUL as in every binary format. */
function decodeText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
