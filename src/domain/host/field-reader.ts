/** Reads single records into checked values and remembers the first one that is not of its form. */
import type { HostRecord } from "./protocol.ts";
import { recordText } from "./records.ts";

export interface FieldReader {
  /** A text that must be there. */
  text(record: string): string;
  textOr(record: string, fallback: string): string;
  /** Whole seconds, bytes or counts. */
  number(record: string): number;
  /** A value that must be there and pass the parser. After a refusal the result is never used. */
  parsed<T>(record: string, parse: (text: string) => T | undefined): T;
  /** A value that may be absent, but must pass the parser when it is there. */
  optional<T>(record: string, parse: (text: string) => T | undefined): T | undefined;
  oneOf<const T extends string>(record: string, choices: readonly T[]): T;
  /** Hands a value on; undefined counts as a refusal. */
  checked<T>(record: string, value: T | undefined): T | undefined;
  refuse(record: string, found: string): void;
  problem(): FieldProblem | undefined;
}

export interface FieldProblem {
  readonly record: string;
  readonly found: string | undefined;
}

/** A reader over the records of one answer. */
export function createFieldReader(records: readonly HostRecord[]): FieldReader {
  let problem: FieldProblem | undefined;
  const refuse = (record: string, found: string | undefined): void => {
    problem ??= { record, found };
  };
  const optional = <T>(record: string, parse: (text: string) => T | undefined): T | undefined => {
    const text = recordText(records, record);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) refuse(record, text);
    return value;
  };
  const parsed = <T>(record: string, parse: (text: string) => T | undefined): T => {
    const value = optional(record, parse);
    if (value === undefined) refuse(record, undefined);
    // The caller looks at problem() before it uses anything, so a refused value is never seen.
    return value as T;
  };
  return {
    text: (record) => parsed(record, (text) => text),
    textOr: (record, fallback) => recordText(records, record) ?? fallback,
    number: (record) => parsed(record, (text) => (/^[0-9]{1,15}$/.test(text) ? Number(text) : undefined)),
    parsed,
    optional,
    oneOf: (record, choices) => parsed(record, (text) => choices.find((choice) => choice === text)),
    checked: (record, value) => {
      if (value === undefined) refuse(record, undefined);
      return value;
    },
    refuse,
    problem: () => problem,
  };
}
