/** For commands that work on this machine only: signals end the programs they wait for, and then the command. */
import { type ExitCode, exitCodes } from "../domain/outcome/exit-codes.ts";

type EndSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** @returns the exit code of an interrupted command, undefined for one that came to its end */
export async function interruptible(
  heeded: readonly EndSignal[],
  work: (signal: AbortSignal) => Promise<void>,
): Promise<ExitCode | undefined> {
  const interrupted = new AbortController();
  let first: EndSignal | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    first ??= signal as EndSignal;
    interrupted.abort();
  };
  for (const signal of heeded) process.on(signal, stop);
  try {
    await work(interrupted.signal);
  } finally {
    for (const signal of heeded) process.off(signal, stop);
  }
  if (first === undefined) return undefined;
  return first === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated;
}
