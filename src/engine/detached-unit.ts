/** Work that runs as a unit of its own on the host: started, followed, and found again after a lost connection. */
import type { HostAnswer } from "../domain/host/records.ts";
import type { HostCommand } from "../domain/host/verbs.ts";
import type { Failure } from "../domain/outcome/failure.ts";
import type { Clock } from "../ports/clock.ts";
import { isLoss, reattach } from "./activation.ts";
import type { HostSession } from "./session.ts";

export interface UnitWatch {
  /** Attaches again, from this byte of the unit's log. */
  readonly follow: (logOffset: number) => HostCommand;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Aborts when the operator detaches. */
  readonly detached: AbortSignal;
  readonly onLog: (chunk: Uint8Array) => void;
  readonly onReattach: (because: Failure) => void;
}

export type UnitOutcome =
  | { readonly kind: "answered"; readonly answer: HostAnswer }
  | { readonly kind: "failed"; readonly error: Failure }
  /** Nobody knows: the operator detached, or the host did not come back. */
  | { readonly kind: "unknown"; readonly error: Failure };

export async function runDetached(session: HostSession, start: HostCommand, watch: UnitWatch): Promise<UnitOutcome> {
  let offset = 0;
  const ask = (command: HostCommand) =>
    session.ask(command, {
      timeoutMs: watch.timeoutMs,
      signal: watch.detached,
      onRecord: (record) => {
        if (record.name !== "log") return;
        offset += record.value.byteLength;
        watch.onLog(record.value);
      },
    });
  let answer = await ask(start);
  while (!answer.ok) {
    if (!isLoss(answer.error)) return { kind: "failed", error: answer.error };
    if (watch.detached.aborted) return { kind: "unknown", error: answer.error };
    watch.onReattach(answer.error);
    const back = await reattach(session, watch);
    if (!back.ok) return { kind: "unknown", error: back.error };
    answer = await ask(watch.follow(offset));
  }
  return { kind: "answered", answer: answer.value };
}
