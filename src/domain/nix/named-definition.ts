/** Errors of the module system name a file and an option, but no line: this finds the line. */
import type { SourcePlace } from "./evaluation-error.ts";

export interface NamedDefinition {
  /** As Nix names it. */
  readonly file: string;
  /** The last part of the option's name. */
  readonly word: string;
}

const FILE = /In `(\/[^'`]+\.nix)'/g;
const OPTION = /option `([^']+)'/;

/** The first definition that the text speaks of, in a file of the fleet's own. */
export function namedDefinition(text: string, isOwn: (file: string) => boolean): NamedDefinition | undefined {
  const file = [...text.matchAll(FILE)].map((match) => match[1] ?? "").find(isOwn);
  const option = OPTION.exec(text)?.[1];
  if (file === undefined || option === undefined) return undefined;
  return { file, word: lastPart(option) };
}

/** `nixfleet.files."/etc/x".text` ends with `text`, `users."a.b"` with `a.b`. */
const lastPart = (option: string): string => /(?:"([^"]+)"|([^."]+))$/.exec(option)?.slice(1).find(Boolean) ?? option;

/** Where the word stands as an attribute's name in the file's text; its first line when it does not. */
export function placeOfDefinition({ file, word }: NamedDefinition, text: string): SourcePlace {
  const lines = text.split("\n");
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const attribute = new RegExp(`(?<![\\w'-])"?${escaped}"?(?=\\s*[=.]|\\s*$)`);
  const index = lines.findIndex((line) => attribute.test(line));
  const excerpt = lines[Math.max(0, index)] ?? "";
  return { file, line: Math.max(0, index) + 1, column: Math.max(0, excerpt.search(attribute)) + 1, excerpt };
}
