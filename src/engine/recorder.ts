/** Turns what happens into events: numbered, journalled, and shown, in that order. */
import type { HostName, RunId } from "../domain/ids.ts";
import { type EventBody, eventStamper } from "../domain/outcome/event-bodies.ts";
import type { RunEvent } from "../domain/outcome/events.ts";
import type { Clock } from "../ports/clock.ts";
import type { RunJournal } from "../ports/journal.ts";

export interface Recorder {
  readonly run: RunId;
  /** Resolves once the event is on disk, so that an intent can be recorded before the act. */
  record(body: EventBody): Promise<void>;
  /** Keeps a host's raw output beside the events. */
  hostLog(host: HostName, chunk: Uint8Array): Promise<void>;
}

export function createRecorder(options: {
  readonly run: RunId;
  readonly clock: Clock;
  /** Number of the first event; above 0 in a run that goes on. */
  readonly firstSeq?: number;
  /** Absent for verbs that only look. */
  readonly journal?: RunJournal;
  readonly listen: (event: RunEvent) => void;
}): Recorder {
  const stamp = eventStamper(options.run, options.firstSeq);
  return {
    run: options.run,
    async record(body) {
      const event = stamp(body, options.clock.now());
      const written = options.journal?.append(event);
      options.listen(event);
      await written;
    },
    async hostLog(host, chunk) {
      await options.journal?.hostLog(host, chunk);
    },
  };
}
