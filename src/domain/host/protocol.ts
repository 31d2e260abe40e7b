/** Framed records: how the host program answers. `NF1 <name> <bytes>\n<value>\n`, the last one is `end`. */
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export interface HostRecord {
  readonly name: string;
  /** Raw bytes as the host sent them; `textOf` decodes. */
  readonly value: Uint8Array;
}

export interface RecordParser {
  /** Takes the next bytes of standard output; gives the records that are complete now. Once failed, stays failed. */
  push(chunk: Uint8Array): Result<readonly HostRecord[]>;
  /** Says that no more bytes come; gives the verb's exit code, or a failure when the answer was cut off. */
  finish(): Result<number>;
}

/** Limits against a host that sends nonsense; far above what the program itself ever sends. */
export interface RecordLimits {
  readonly valueBytes: number;
}

const defaultLimits: RecordLimits = { valueBytes: 16 * 1024 * 1024 };
// "NF1 ", a name of at most 64 characters, a space, at most 10 digits.
const HEADER = /^NF1 ([a-z][a-z0-9.-]{0,63}) (0|[1-9][0-9]{0,9})$/;
const headerBytes = 80;
const newline = 0x0a;

/** A parser for one answer; feed it chunks of any size. */
export function createRecordParser(limits: RecordLimits = defaultLimits): RecordParser {
  let pending: Uint8Array = new Uint8Array(0);
  let later: Uint8Array[] = [];
  let laterBytes = 0;
  let wanted = 0;
  let exitCode: number | undefined;
  let broken: Failure | undefined;
  const fail = (problem: Failure): Result<never> => {
    broken = problem;
    return err(problem);
  };
  return {
    push(chunk) {
      if (broken !== undefined) return err(broken);
      later.push(chunk);
      laterBytes += chunk.length;
      // A large value arrives in many chunks: join and look only when it can be complete.
      if (pending.length + laterBytes < wanted) return ok([]);
      pending = join([pending, ...later]);
      [later, laterBytes] = [[], 0];
      const records: HostRecord[] = [];
      for (;;) {
        const next = nextRecord(pending, limits);
        if (next.kind === "broken") return fail(garbled(next.found));
        if (next.kind === "incomplete") {
          wanted = next.wanted;
          return ok(records);
        }
        if (exitCode !== undefined) return fail(garbled(`a record "${next.record.name}" after the last one`));
        if (next.record.name === "end") exitCode = exitCodeIn(next.record);
        if (exitCode !== undefined && Number.isNaN(exitCode)) return fail(garbled("an end without an exit code"));
        records.push(next.record);
        pending = pending.subarray(next.bytes);
      }
    },
    finish() {
      if (broken !== undefined) return err(broken);
      if (exitCode === undefined) return fail(cutOff(pending.length + laterBytes));
      if (pending.length + laterBytes > 0) return fail(garbled("bytes behind the last record"));
      return ok(exitCode);
    },
  };
}

/** The value as text; bytes that are not UTF-8 become U+FFFD. Untrusted: renderers escape it. */
export const textOf = (record: HostRecord): string => new TextDecoder("utf-8").decode(record.value);

type Step =
  | { readonly kind: "record"; readonly record: HostRecord; readonly bytes: number }
  | { readonly kind: "incomplete"; readonly wanted: number }
  | { readonly kind: "broken"; readonly found: string };

function nextRecord(bytes: Uint8Array, limits: RecordLimits): Step {
  const lineEnd = bytes.subarray(0, headerBytes + 1).indexOf(newline);
  if (lineEnd < 0) {
    return bytes.length > headerBytes ? broken(bytes) : { kind: "incomplete", wanted: 0 };
  }
  const header = HEADER.exec(new TextDecoder("latin1").decode(bytes.subarray(0, lineEnd)));
  const name = header?.[1];
  const length = Number(header?.[2]);
  if (name === undefined) return broken(bytes.subarray(0, lineEnd));
  if (length > limits.valueBytes) return { kind: "broken", found: `a value of ${length} bytes in "${name}"` };
  const start = lineEnd + 1;
  const total = start + length + 1;
  if (bytes.length < total) return { kind: "incomplete", wanted: total };
  if (bytes[total - 1] !== newline) return { kind: "broken", found: `a value in "${name}" longer than announced` };
  return { kind: "record", record: { name, value: bytes.slice(start, start + length) }, bytes: total };
}

const broken = (bytes: Uint8Array): Step => ({
  kind: "broken",
  found: new TextDecoder("utf-8").decode(bytes.subarray(0, headerBytes)),
});

function exitCodeIn(record: HostRecord): number {
  const text = textOf(record);
  return /^(0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= 255 ? Number(text) : Number.NaN;
}

const garbled = (found: string): Failure =>
  failure("host/protocol", "the host program's answer cannot be read", {
    expected: "records, the last one named end",
    found,
    next: "look for a login script on the host that prints to standard output",
  });

const cutOff = (bytes: number): Failure =>
  failure("host/cut-off", "the host program's answer ended early", {
    expected: "a last record named end",
    found: bytes === 0 ? "no further record" : `${bytes} bytes of an unfinished record`,
  });

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
