/** A configuration document as a tree that knows where each value stands. */
import type { SourcePosition } from "../../outcome/failure.ts";

type Scalar = string | number | boolean | null;

/** Offsets count UTF-16 units from the start of the text. */
export type Located =
  | { readonly kind: "scalar"; readonly offset: number; readonly value: Scalar; readonly written: string }
  | { readonly kind: "list"; readonly offset: number; readonly items: readonly Located[] }
  | LocatedMap;

export interface LocatedMap {
  readonly kind: "map";
  readonly offset: number;
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export interface LocatedEntry {
  readonly keyOffset: number;
  readonly value: Located;
}

export type Path = readonly (string | number)[];

/** The text that offsets point into. */
export interface SourceText {
  /** As the user knows it. */
  readonly file: string;
  readonly text: string;
}

export const emptyMap = (offset: number): LocatedMap => ({ kind: "map", offset, entries: new Map() });

/** The tree without its places. */
export function plainValue(node: Located): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(plainValue);
    case "map":
      return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plainValue(value)]));
  }
}

/** The node at a path, or nothing. */
export function nodeAt(root: Located, path: Path): Located | undefined {
  let node: Located | undefined = root;
  for (const step of path) {
    if (node?.kind === "map") node = node.entries.get(String(step))?.value;
    else if (node?.kind === "list") node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** Where the key at the end of a path stands; for items of lists, where the item stands; else the nearest place above. */
export function keyOffset(root: Located, path: Path): number {
  const parent = nodeAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (last === undefined) return root.offset;
  if (parent?.kind === "map") return parent.entries.get(String(last))?.keyOffset ?? parent.offset;
  if (parent?.kind === "list") return parent.items[Number(last)]?.offset ?? parent.offset;
  return keyOffset(root, path.slice(0, -1));
}

/** Where the value at a path stands, or the nearest place above it. */
export const valueOffset = (root: Located, path: Path): number => nodeAt(root, path)?.offset ?? keyOffset(root, path);

export function positionAt(source: SourceText, offset: number): SourcePosition {
  const { file, text } = source;
  const starts = lineStartsOf(source);
  const line = lineOf(starts, offset);
  const start = starts[line] ?? 0;
  const end = starts[line + 1] ?? text.length + 1;
  return { file, line: line + 1, column: offset - start + 1, excerpt: text.slice(start, end - 1).replace(/\r$/, "") };
}

/** Index of the last start that is not behind the offset, by halving. */
function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

// A file with thousands of mistakes is searched for line ends once.
const knownLineStarts = new WeakMap<SourceText, readonly number[]>();

function lineStartsOf(source: SourceText): readonly number[] {
  const known = knownLineStarts.get(source);
  if (known !== undefined) return known;
  const starts = [0];
  for (let at = source.text.indexOf("\n"); at !== -1; at = source.text.indexOf("\n", at + 1)) starts.push(at + 1);
  knownLineStarts.set(source, starts);
  return starts;
}

/** `hosts.web-1.roles[0]` */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}
