/** Cuts a byte stream into lines. */
import { StringDecoder } from "node:string_decoder";

/** A line longer than this is handed on in pieces, so that a child cannot fill the memory with one line. */
const MAX_LINE_CHARACTERS = 1024 * 1024;

export interface LineSplitter {
  add(chunk: Buffer): void;
  /** Hands on a last line without line end. */
  end(): void;
}

/** Calls back for each line, without its "\n" and a "\r" before it; multi-byte characters may lie across chunks. */
export function eachLine(onLine: ((line: string) => void) | undefined): LineSplitter {
  if (onLine === undefined) return { add: () => {}, end: () => {} };
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const take = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (rest.length > MAX_LINE_CHARACTERS) {
      onLine(rest);
      rest = "";
    }
  };
  return {
    add: (chunk) => take(decoder.write(chunk)),
    end: () => {
      take(decoder.end());
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}
