/** A terminal, or a pipe, that keeps what is written to it. */
import { Writable } from "node:stream";

export interface FakeStream extends NodeJS.WriteStream {
  readonly text: () => string;
}

export function fakeStream(over: { isTTY?: boolean; columns?: number; rows?: number } = {}): FakeStream {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, over, { text: () => chunks.join("") }) as unknown as FakeStream;
}

/** What a person sees in the end: escape sequences of colour and cursor taken out. */
// biome-ignore lint/complexity/useRegexLiterals: the escape character is easier to see so
const ESCAPES = new RegExp("\u001b(\\[[0-9;?]*[A-Za-z]|\\][^\u0007]*\u0007)", "g");
export const withoutEscapes = (text: string): string => text.replace(ESCAPES, "");
