/** What a host tells of its old generations. */
import { type Generation, parseGeneration } from "../ids.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { HostRecord } from "./protocol.ts";
import { recordText, recordTexts } from "./records.ts";

export interface Garbage {
  /** Forgotten, or to be forgotten; oldest first. */
  readonly generations: readonly Generation[];
  /** What a collection freed, in bytes; null when there was none. */
  readonly freedBytes: number | null;
}

/** Fails with `host/facts`. */
export function parseGarbage(records: readonly HostRecord[]): Result<Garbage> {
  const removed = recordTexts(records, "removed").map((text) => parseGeneration(Number(text.split("\t")[0] || "x")));
  const generations = removed.filter((generation) => generation !== undefined);
  const freed = recordText(records, "freed");
  const freedBytes = freed === undefined ? null : Number(freed);
  if (generations.length < removed.length || (freedBytes !== null && !Number.isSafeInteger(freedBytes))) {
    return err(failure("host/facts", "the host told of its old generations in a form that is not known"));
  }
  return ok({ generations: generations.toSorted((a, b) => a - b), freedBytes });
}
