/**
 * What the operator's signals mean: the first stops starting hosts and lets those in flight finish, the second
 * detaches from them, the third gives up at once.
 */
export type InterruptionStage = "running" | "draining" | "detached" | "exiting";

export interface Interruption {
  readonly stage: InterruptionStage;
  /** The signal that came first; decides between exit codes 130 and 143. */
  readonly first: string | undefined;
  /** Aborts with the first signal: nothing new starts, what has not changed a host yet is cancelled. */
  readonly draining: AbortSignal;
  /** Aborts with the second signal: stop waiting; what runs on hosts goes on. */
  readonly detached: AbortSignal;
  /** Counts one signal and gives the stage it leads to. */
  signal(name: string): InterruptionStage;
}

export function createInterruption(
  onStage: (stage: InterruptionStage, signal: string) => void = () => {},
): Interruption {
  const draining = new AbortController();
  const detached = new AbortController();
  let stage: InterruptionStage = "running";
  let first: string | undefined;
  return {
    get stage() {
      return stage;
    },
    get first() {
      return first;
    },
    draining: draining.signal,
    detached: detached.signal,
    signal(name) {
      first ??= name;
      stage = next(stage);
      if (stage === "draining") draining.abort();
      if (stage === "detached") detached.abort();
      onStage(stage, name);
      return stage;
    },
  };
}

function next(stage: InterruptionStage): InterruptionStage {
  switch (stage) {
    case "running":
      return "draining";
    case "draining":
      return "detached";
    case "detached":
    case "exiting":
      return "exiting";
  }
}
