/** Values of a document in words, for messages. */
import type { Located } from "./located.ts";

// More members would bury the message.
const MAX_MEMBERS = 5;

/** The value as it was written, with its type where that may be what is wrong. */
export function foundText(node: Located): string {
  if (node.kind !== "scalar" || typeof node.value === "string" || node.value === null) return writtenText(node);
  return `${node.written} (a ${typeof node.value === "number" ? "number" : "truth value"})`;
}

/** The value as it was written, maps and lists in short. */
export function writtenText(node: Located): string {
  if (node.kind === "list")
    return node.items.length === 0 ? "an empty list" : `[${shortened(node.items.map(writtenText))}]`;
  if (node.kind === "map")
    return node.entries.size === 0 ? "an empty map" : `a map with ${shortened([...node.entries.keys()])}`;
  if (node.value === null) return "nothing";
  return typeof node.value === "string" ? JSON.stringify(node.value) : node.written;
}

const shortened = (members: readonly string[]): string =>
  `${members.slice(0, MAX_MEMBERS).join(", ")}${members.length > MAX_MEMBERS ? ", …" : ""}`;
