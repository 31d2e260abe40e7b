/** An activation that waits to be confirmed, as the record `awaiting` tells. */
import { type HostRecord, textOf } from "./protocol.ts";

export interface Awaiting {
  readonly token: string;
  /** Seconds until the host goes back by itself. */
  readonly secondsLeft: number;
}

/** Undefined for another record, and for one that is not of its form. */
export function awaitingIn(record: HostRecord): Awaiting | undefined {
  if (record.name !== "awaiting") return undefined;
  const [, token, seconds] = /^([0-9a-f]{32})\t(-?[0-9]{1,6})$/.exec(textOf(record)) ?? [];
  return token === undefined ? undefined : { token, secondsLeft: Number(seconds) };
}
