/** What a run began on a host, as the verb `begun` tells. */
import { type BootId, parseBootId } from "../ids.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { HostRecord } from "./protocol.ts";
import { recordTable } from "./records.ts";

export interface Begun {
  /** "unconfirmed": it went back, and only because nobody was there to confirm it. */
  readonly activate?: "begun" | "unconfirmed";
  readonly osUpdate?: true;
  /** The host was told to reboot; its boot id before that. */
  readonly rebootFrom?: BootId;
}

/** Fails with `host/facts`. */
export function begunIn(records: readonly HostRecord[]): Result<Begun> {
  let begun: Begun = {};
  for (const row of recordTable(records, "begun")) {
    const step = stepIn(row);
    if (step === undefined) {
      return err(failure("host/facts", 'the host reported no usable "begun"', { found: row.join(" ") }));
    }
    begun = { ...begun, ...step };
  }
  return ok(begun);
}

function stepIn([name, how = "", ...more]: readonly string[]): Begun | undefined {
  if (more.length > 0) return undefined;
  if (name === "activate" && (how === "begun" || how === "unconfirmed")) return { activate: how };
  if (name === "os-update" && how === "begun") return { osUpdate: true };
  const bootId = parseBootId(how);
  return name === "reboot" && bootId !== undefined ? { rebootFrom: bootId } : undefined;
}
