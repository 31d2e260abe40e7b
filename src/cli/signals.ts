/** From the process's signals to the interruption of a run. */
import process from "node:process";
import type { Interruption } from "../workflows/tools.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @returns what stops listening */
export function listenForSignals(interruption: Interruption, exitAtOnce: (signal: string) => void): () => void {
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => {
      if (interruption.signal(signal) === "exiting") exitAtOnce(signal);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}
