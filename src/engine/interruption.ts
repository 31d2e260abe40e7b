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
  /** Tells of every stage that a signal leads to; gives what stops telling. */
  watch(listener: (stage: Exclude<InterruptionStage, "running">, signal: string) => void): () => void;
}

export function createInterruption(): Interruption {
  const listeners = new Set<Parameters<Interruption["watch"]>[0]>();
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
      const reached = next(stage);
      stage = reached;
      if (stage === "draining") draining.abort();
      if (stage === "detached") detached.abort();
      for (const listener of listeners) listener(reached, name);
      return stage;
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function next(stage: InterruptionStage): Exclude<InterruptionStage, "running"> {
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
