/** Splits what a host prints into the chatter before our first line and the output behind it. */
import { noSudoLine, readyLine } from "./loader.ts";

export interface Preamble {
  /** Takes the next bytes of standard output; gives those that belong to the program. */
  push(chunk: Uint8Array): Uint8Array;
  readonly state: "waiting" | "ready" | "no-sudo";
  /** What came before the line, for messages. */
  chatter(): string;
}

// Login scripts may greet; nobody greets with more than this.
const MAX_CHATTER_BYTES = 64 * 1024;

/** Everything up to the sentinel's line is kept from the program's output. */
export function createPreamble(sentinel: string): Preamble {
  const ready = Buffer.from(readyLine(sentinel));
  const noSudo = Buffer.from(noSudoLine(sentinel));
  let pending: Buffer = Buffer.alloc(0);
  let state: Preamble["state"] = "waiting";
  return {
    get state() {
      return state;
    },
    chatter: () => pending.toString("utf8"),
    push(chunk) {
      if (state !== "waiting") return chunk;
      pending = Buffer.concat([pending, chunk]);
      const at = pending.indexOf(ready);
      if (at >= 0) {
        const output = pending.subarray(at + ready.length);
        pending = pending.subarray(0, at);
        state = "ready";
        return output;
      }
      if (pending.includes(noSudo)) state = "no-sudo";
      if (pending.length > MAX_CHATTER_BYTES) pending = pending.subarray(-ready.length);
      return pending.subarray(0, 0);
    },
  };
}
