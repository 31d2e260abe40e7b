/** YAML 1.2 text to a located tree. JSON is read the same way. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { type Failure, failure } from "../../outcome/failure.ts";
import { emptyMap, type Located, type LocatedEntry, type LocatedMap, positionAt, type SourceText } from "./located.ts";

export interface ReadDocument {
  readonly root: LocatedMap;
  readonly mistakes: readonly Failure[];
}

// Nested aliases can blow a small file up; no honest inventory repeats itself a million times.
const MAX_NODES_FROM_ALIASES = 1_000_000;

/** Reads one document. Duplicate keys keep their first value, so that what follows can still be checked. */
export function readYaml(source: SourceText): ReadDocument {
  const documents = parseAllDocuments(source.text, { uniqueKeys: false, prettyErrors: false, merge: true });
  const [document, second] = "empty" in documents ? [] : documents;
  if (document === undefined) return { root: emptyMap(0), mistakes: [] };
  const troubles = [...document.errors, ...document.warnings].map((error) => syntaxFailure(error, source));
  if (troubles.length > 0) return { root: emptyMap(0), mistakes: troubles };
  const reader = new TreeReader(source, document);
  const root = reader.rootMap();
  if (second !== undefined)
    reader.mistake("inventory/syntax", "the file has more than one YAML document", second.range[0]);
  // A tree with holes would only lead to further complaints.
  const isBroken = reader.mistakes.some(({ code }) => code === "inventory/syntax");
  return { root: isBroken ? emptyMap(0) : root, mistakes: reader.mistakes };
}

function syntaxFailure(error: YAMLError, source: SourceText): Failure {
  const at = positionAt(source, error.pos[0]);
  if (error.code === "TAB_AS_INDENT" || /^ *\t/.test(at.excerpt ?? "")) {
    return failure("inventory/tab", "the line is indented with a tab", { at, next: "indent with spaces" });
  }
  const [what = error.message] = error.message.split("\n");
  return failure("inventory/syntax", `${what.charAt(0).toLowerCase()}${what.slice(1)}`, { at });
}

type MistakeCode = "inventory/syntax" | "inventory/duplicate-key" | "inventory/duplicate-host" | "inventory/wrong-type";

class TreeReader {
  readonly mistakes: Failure[] = [];
  readonly #source: SourceText;
  readonly #document: Document.Parsed;
  readonly #anchors = new Map<string, { readonly node: Located; readonly size: number }>();
  #nodes = 0;

  constructor(source: SourceText, document: Document.Parsed) {
    this.#source = source;
    this.#document = document;
  }

  rootMap(): LocatedMap {
    const { contents } = this.#document;
    if (contents === null || (isScalar(contents) && contents.value === null)) return emptyMap(0);
    const root = this.#read(contents, []);
    if (root.kind === "map") return root;
    this.mistake("inventory/wrong-type", "the inventory is not a map of settings", root.offset);
    return emptyMap(0);
  }

  mistake(code: MistakeCode, what: string, offset: number, more: Partial<Failure> = {}): void {
    this.mistakes.push(failure(code, what, { at: positionAt(this.#source, offset), ...more }));
  }

  #read(node: Node | ParsedNode | null, path: readonly string[]): Located {
    const before = this.#nodes++;
    const located = this.#convert(node, path);
    const anchor = isAlias(node) ? undefined : node?.anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, { node: located, size: this.#nodes - before });
    return located;
  }

  #convert(node: Node | ParsedNode | null, path: readonly string[]): Located {
    const offset = node?.range?.[0] ?? 0;
    if (isAlias(node)) return this.#alias(node.source, offset);
    if (isMap(node)) return { kind: "map", offset, entries: this.#entries(node as YAMLMap.Parsed, path) };
    if (isSeq(node)) return { kind: "list", offset, items: node.items.map((item) => this.#read(item as Node, path)) };
    if (!isScalar(node)) return { kind: "scalar", offset, value: null, written: "" };
    const { value } = node;
    const known =
      typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null;
    return { kind: "scalar", offset, value: known ? value : String(value), written: node.source ?? "" };
  }

  #alias(name: string, offset: number): Located {
    const target = this.#anchors.get(name);
    this.#nodes += target?.size ?? 0;
    if (target !== undefined && this.#nodes <= MAX_NODES_FROM_ALIASES) return target.node;
    const why = target === undefined ? "refers to no anchor before it" : "makes the inventory too large";
    this.mistake("inventory/syntax", `the alias *${name} ${why}`, offset);
    return emptyMap(offset);
  }

  #entries(map: YAMLMap.Parsed, path: readonly string[]): Map<string, LocatedEntry> {
    const entries = new Map<string, LocatedEntry>();
    const merged: Located[] = [];
    for (const pair of map.items) {
      const key = this.#key(pair.key);
      if (key === undefined) continue;
      const value = this.#read(pair.value, [...path, key.text]);
      if (key.text === "<<" && key.plain) merged.push(...(value.kind === "list" ? value.items : [value]));
      else this.#add(entries, key, value, path);
    }
    for (const other of merged) {
      if (other.kind !== "map") this.mistake("inventory/wrong-type", "<< takes maps only", other.offset);
      else for (const [key, entry] of other.entries) if (!entries.has(key)) entries.set(key, entry);
    }
    return entries;
  }

  #key(key: ParsedNode): { readonly text: string; readonly offset: number; readonly plain: boolean } | undefined {
    const offset = key.range[0];
    if (isScalar(key) && key.source !== "__proto__") {
      return {
        text: typeof key.value === "string" ? key.value : (key.source ?? String(key.value)),
        offset,
        plain: key.type === "PLAIN",
      };
    }
    this.mistake(
      "inventory/wrong-type",
      isScalar(key) ? "the key __proto__ is reserved" : "a key is not plain text",
      offset,
    );
    return undefined;
  }

  #add(
    entries: Map<string, LocatedEntry>,
    key: { readonly text: string; readonly offset: number },
    value: Located,
    path: readonly string[],
  ): void {
    const first = entries.get(key.text);
    if (first === undefined) {
      entries.set(key.text, { keyOffset: key.offset, value });
      return;
    }
    const isHost = path.length === 1 && path[0] === "hosts";
    const what = isHost ? `the host ${key.text} stands twice` : `the key ${key.text} stands twice in one map`;
    const place = positionAt(this.#source, first.keyOffset);
    this.mistake(isHost ? "inventory/duplicate-host" : "inventory/duplicate-key", what, key.offset, {
      found: `first at ${place.file}:${place.line}:${place.column}`,
      next: "join the two, or rename one",
    });
  }
}
