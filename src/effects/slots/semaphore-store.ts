/** What the stores that keep a semaphore have in common: read, change, write if nobody was quicker, else again. */
import { setTimeout as sleep } from "node:timers/promises";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import { freeSlot, freshSemaphore, type Semaphore, takeSlot } from "../../domain/slots/semaphore.ts";
import type { SlotAnswer, SlotStore } from "../../ports/slot-store.ts";

export interface SemaphoreKeeper<Revision> {
  /** The semaphore with what tells this version of it from others; null where there is none. */
  read(
    group: string,
    signal: AbortSignal,
  ): Promise<Result<{ readonly value: Semaphore | null; readonly at: Revision }>>;
  /** Writes unless somebody else did meanwhile; tells whether it did. */
  write(group: string, next: Semaphore, at: Revision, signal: AbortSignal): Promise<Result<boolean>>;
}

const ATTEMPTS = 20;
const LONGEST_PAUSE_MS = 300;

export function semaphoreStore<Revision>(keeper: SemaphoreKeeper<Revision>): SlotStore {
  /** `change` gives what is to be written, or an answer that needs no writing. */
  const update = async <T>(
    group: string,
    change: (now: Semaphore | null) => { readonly next: Semaphore; readonly answer: T } | { readonly answer: T },
    signal: AbortSignal,
  ): Promise<Result<T>> => {
    for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
      const now = await keeper.read(group, signal);
      if (!now.ok) return now;
      const wanted = change(now.value.value);
      if (!("next" in wanted)) return ok(wanted.answer);
      const written = await keeper.write(group, wanted.next, now.value.at, signal);
      if (!written.ok) return written;
      if (written.value) return ok(wanted.answer);
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
    return err(failure("reboot/store", "the slots of the group change too fast", { found: group, next: "try again" }));
  };
  return {
    holdersAre: "names",
    acquire: (group, holder, max, signal, out) =>
      update<SlotAnswer>(
        group,
        (now) => {
          const taking = takeSlot(now ?? freshSemaphore(max), holder, max, out);
          if (taking.kind === "taken") return { next: taking.next, answer: "granted" };
          return { answer: taking.kind === "full" ? "full" : "held" };
        },
        signal,
      ),
    release: (group, holder, signal) =>
      update<void>(
        group,
        (now) => {
          const next = now === null ? undefined : freeSlot(now, holder);
          return next === undefined ? { answer: undefined } : { next, answer: undefined };
        },
        signal,
      ),
    async holders(group, signal) {
      const now = await keeper.read(group, signal);
      if (!now.ok) return now;
      const { value } = now.value;
      return ok(value === null ? null : { total: value.total_slots, holders: value.holders });
    },
  };
}
