/** Runs one verb of the host-side program and reads its answer (backends/host/README.md). */
import type { Elevation } from "../../domain/host/loader.ts";
import { createRecordParser, type HostRecord } from "../../domain/host/protocol.ts";
import type { HostAnswer } from "../../domain/host/records.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Connection } from "../../ports/transport.ts";
import { deliver } from "./deliver.ts";

export interface HostProgramRequest {
  /** The whole text of the program; null for restricted hosts, which have their own. */
  readonly program: string | null;
  readonly verb: string;
  readonly args: readonly string[];
  readonly payload: Uint8Array;
  readonly elevation: Elevation;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Each record as soon as it is whole; all of them are in the answer too. */
  readonly onRecord?: (record: HostRecord) => void;
  /** What the program says to people. */
  readonly onStderr?: (chunk: Uint8Array) => void;
}

// Enough of the end of standard error to explain an answer that was cut off.
const STDERR_TAIL_CHARACTERS = 4096;

/**
 * Gives all records and the verb's own exit code, whatever it is. Fails with `transport/*` as {@link deliver} does, and with
 * `host/protocol` or `host/cut-off` when the answer is not whole.
 */
export async function runHostProgram(connection: Connection, request: HostProgramRequest): Promise<Result<HostAnswer>> {
  const parser = createRecordParser();
  const records: HostRecord[] = [];
  const garbled = new AbortController();
  let stderr = "";
  const exit = await deliver(connection, {
    program: request.program === null ? null : encoded(request.program),
    payload: request.payload,
    args: [request.verb, ...request.args],
    elevation: request.elevation,
    timeoutMs: request.timeoutMs,
    signal: AbortSignal.any([request.signal, garbled.signal]),
    onStdout: (chunk) => {
      const next = parser.push(chunk);
      if (!next.ok) garbled.abort();
      for (const record of next.ok ? next.value : []) {
        records.push(record);
        request.onRecord?.(record);
      }
    },
    onStderr: (chunk) => {
      stderr = (stderr + Buffer.from(chunk).toString("utf8")).slice(-STDERR_TAIL_CHARACTERS);
      request.onStderr?.(chunk);
    },
  });
  if (!exit.ok && !garbled.signal.aborted) return exit;
  const code = parser.finish();
  if (code.ok) return ok({ records, code: code.value });
  return err(stderr.trim() === "" ? code.error : { ...code.error, detail: stderr.trim() });
}

// One program goes to all hosts of a run: a copy for each would be the bulk of what a thousand hosts cost in memory.
let latest: { readonly text: string; readonly bytes: Uint8Array } = { text: "", bytes: new Uint8Array(0) };

function encoded(text: string): Uint8Array {
  if (latest.text !== text) latest = { text, bytes: Buffer.from(text) };
  return latest.bytes;
}
