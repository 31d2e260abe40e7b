/** JSON text to a located tree: checked as JSON, then read by the YAML reader, since every JSON document is YAML too. */
import { failure } from "../../outcome/failure.ts";
import { emptyMap, positionAt, type SourceText } from "./located.ts";
import { type ReadDocument, readYaml } from "./read-yaml.ts";

export function readJson(source: SourceText): ReadDocument {
  const trouble = jsonTrouble(source.text);
  if (trouble === undefined) return readYaml(source);
  const at = trouble.offset === undefined ? {} : { at: positionAt(source, trouble.offset) };
  return { root: emptyMap(0), mistakes: [failure("inventory/syntax", trouble.what, at)] };
}

function jsonTrouble(text: string): { readonly what: string; readonly offset?: number } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/.exec(message)?.[1];
    const atEnd = /end of JSON input/.test(message);
    const what = `not JSON: ${message.replace(/ in JSON at position.*$/s, "").replace(/^[A-Z]/, (letter) => letter.toLowerCase())}`;
    if (position !== undefined) return { what, offset: Number(position) };
    return atEnd
      ? { what: "not JSON: the text ends too early", offset: Math.max(0, text.trimEnd().length - 1) }
      : { what };
  }
}
