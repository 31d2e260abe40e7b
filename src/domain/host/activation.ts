/** The end of an activation, as the record `result` tells it. */
import { type Generation, parseGeneration } from "../ids.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { HostRecord } from "./protocol.ts";
import { recordText } from "./records.ts";
import { refusalOf } from "./refusal.ts";

export interface ActivationDone {
  /** Committed now; 0 after a removal. */
  readonly generation: Generation;
  /** Managed files that somebody had edited; copies lie below this folder of the host. */
  readonly edited: readonly string[];
  readonly editedFolder: string | null;
  /** Why it is committed but not live: a boot has to bring it. Empty when it is live. */
  readonly waitsForBoot: readonly string[];
}

/**
 * Judges the answer of `activate`, `remove` or `follow` by its exit code.
 * Fails with `host/rolled-back`, `host/activation`, `host/interrupted`, `host/conflict`, `host/refused`, `host/locked`,
 * `host/moved`, `host/storage` or `host/unsupported`.
 */
export function judgeActivation(records: readonly HostRecord[], code: number): Result<ActivationDone> {
  const fields = resultFields(records);
  if (code === 0 && fields !== undefined) {
    const generation = parseGeneration(Number(fields.get("generation") ?? "x"));
    if (generation === undefined) return err(failure("host/facts", 'the host reported no usable "result"'));
    return ok({
      generation,
      edited: linesOf(records, "edited"),
      editedFolder: fields.get("edited-folder") ?? null,
      waitsForBoot: linesOf(records, "reboot"),
    });
  }
  return err(refusalOf(records, code));
}

const linesOf = (records: readonly HostRecord[], name: string): readonly string[] =>
  recordText(records, name)
    ?.split("\n")
    .filter((line) => line !== "") ?? [];

/** Lines of `key<tab>value`; undefined when no result came. */
function resultFields(records: readonly HostRecord[]): ReadonlyMap<string, string> | undefined {
  const text = recordText(records, "result");
  if (text === undefined) return undefined;
  return new Map(
    text.split("\n").flatMap((line) => {
      const tab = line.indexOf("\t");
      return tab < 0 ? [] : [[line.slice(0, tab), line.slice(tab + 1)] as const];
    }),
  );
}
