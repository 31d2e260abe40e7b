/** Reading an answer: one value of a name, all values of a name, tables. */
import { err, ok, type Result } from "../outcome/result.ts";
import { createRecordParser, type HostRecord, textOf } from "./protocol.ts";

export interface HostAnswer {
  readonly records: readonly HostRecord[];
  /** The exit code that the last record tells. */
  readonly code: number;
}

/** A whole answer from all bytes of standard output. Fails with `host/protocol` or `host/cut-off`. */
export function parseAnswer(stdout: Uint8Array): Result<HostAnswer> {
  const parser = createRecordParser();
  const records = parser.push(stdout);
  if (!records.ok) return err(records.error);
  const code = parser.finish();
  return code.ok ? ok({ records: records.value, code: code.value }) : err(code.error);
}

/** The text of the last record of this name, or undefined. */
export function recordText(records: readonly HostRecord[], name: string): string | undefined {
  const record = records.findLast((candidate) => candidate.name === name);
  return record === undefined ? undefined : textOf(record);
}

/** The texts of all records of this name, in the order they came. */
export const recordTexts = (records: readonly HostRecord[], name: string): readonly string[] =>
  records.filter((record) => record.name === name).map(textOf);

/** The rows of all tables of this name: lines of tab-separated fields. */
export const recordTable = (records: readonly HostRecord[], name: string): readonly (readonly string[])[] =>
  recordTexts(records, name)
    .flatMap((text) => text.split("\n"))
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
