/** What waits to be told to the rollout machine, in the order in which it came. */
import type { RolloutEvent } from "../domain/rollout/event.ts";
import type { Clock } from "../ports/clock.ts";

export interface Inbox {
  put(event: RolloutEvent): void;
  putLater(event: Promise<RolloutEvent | undefined>): void;
  /** A tick at this time, in place of an earlier one. */
  wakeAt(atMs: number): void;
  /** Waits for the first, and takes all that are there. */
  takeAll(): Promise<readonly RolloutEvent[]>;
  close(): void;
}

export function createInbox(clock: Clock): Inbox {
  let events: RolloutEvent[] = [];
  let arrived = Promise.withResolvers<void>();
  let sleeping = new AbortController();
  const put = (event: RolloutEvent): void => {
    events.push(event);
    arrived.resolve();
  };
  return {
    put,
    putLater(event) {
      void event.then((fact) => (fact === undefined ? undefined : put(fact)));
    },
    wakeAt(atMs) {
      sleeping.abort();
      const own = new AbortController();
      sleeping = own;
      void clock.sleep(Math.max(0, atMs - clock.now()), own.signal).then(() => {
        if (!own.signal.aborted) put({ type: "tick" });
      });
    },
    async takeAll() {
      while (events.length === 0) {
        await arrived.promise;
        arrived = Promise.withResolvers<void>();
      }
      const taken = events;
      events = [];
      return taken;
    },
    close: () => sleeping.abort(),
  };
}
