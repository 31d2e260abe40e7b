/** The command that calls the program which is installed on a restricted host: the only one that sudo allows there. */
import { elevated } from "./loader.ts";

/** Where `nixfleet bootstrap` installs it, and the line in sudoers names it. */
export const ENTRY = "/usr/local/lib/nixfleet/nixfleet-entry";

export interface EntryRequest {
  readonly payloadBytes: number;
  /** Random, 32 of [0-9a-f]: marks the first line that is ours. */
  readonly sentinel: string;
  /** The verb and its arguments; no newlines. */
  readonly args: readonly string[];
}

/** A command line for the host's login shell. The program answers as the loader does; only the payload goes to its input. */
export const entryCommand = ({ payloadBytes, sentinel, args }: EntryRequest): string =>
  elevated(sentinel, ["sudo", "-n", "--"], [ENTRY, String(payloadBytes), sentinel, ...args]);

/** On standard error, with this exit code: the host did not take it. Tells it from a command that ends with the same code. */
export const refusedLine = (sentinel: string): string => `nixfleet-refused ${sentinel}\n`;
export const refusedExit = 77;
