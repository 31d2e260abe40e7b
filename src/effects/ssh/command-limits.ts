/** What may cut a command short: its time limit and the caller's signal, whichever comes first. */
import type { RemoteOutcome, SpawnOptions } from "../../ports/transport.ts";

export interface CommandLimits {
  /** Aborts with the first of both. */
  readonly signal: AbortSignal;
  /** The outcome that goes with it; only meaningful once aborted. */
  outcome(): RemoteOutcome;
  /** Ends the watch. */
  clear(): void;
}

export function startLimits({ timeoutMs, signal }: Pick<SpawnOptions, "timeoutMs" | "signal">): CommandLimits {
  const controller = new AbortController();
  let outcome: RemoteOutcome = { kind: "aborted" };
  const stop = (why: RemoteOutcome) => {
    if (controller.signal.aborted) return;
    outcome = why;
    controller.abort();
  };
  const onAbort = () => stop({ kind: "aborted" });
  // setTimeout counts in 32 bits; longer limits are as good as none.
  const timer = setTimeout(() => stop({ kind: "timeout", afterMs: timeoutMs }), Math.min(timeoutMs, 2 ** 31 - 1));
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    outcome: () => outcome,
    clear() {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    },
  };
}
