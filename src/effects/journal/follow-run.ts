/** Follows the events of a run that another process writes, from the begin of its present part on. */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunEvent } from "../../domain/outcome/events.ts";
import { parseEvent } from "./read-run.ts";

const PAUSE_MS = 200;

/**
 * Tells each event once, and returns when nobody writes any more or the signal aborts. `alive` is asked before each look, so that
 * nothing is missed that was written before the end.
 */
export async function followEvents(
  folder: string,
  { alive, onEvent }: { readonly alive: () => Promise<boolean>; readonly onEvent: (event: RunEvent) => void },
  signal: AbortSignal,
): Promise<void> {
  const file = await open(join(folder, "events.ndjson"), "r");
  try {
    const lines = lineReader(file);
    const written = (await lines.next()).flatMap((line) => parseEvent(line) ?? []);
    const begin = written.findLastIndex(({ type }) => type === "version");
    for (const event of written.slice(Math.max(0, begin))) onEvent(event);
    for (let going = true; going && !signal.aborted; ) {
      going = await alive();
      for (const line of await lines.next()) {
        const event = parseEvent(line);
        if (event !== undefined) onEvent(event);
      }
      if (going) await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await file.close();
  }
}

/** Whole lines that came since the last look. */
function lineReader(file: FileHandle) {
  let offset = 0;
  let rest = Buffer.alloc(0);
  return {
    async next(): Promise<string[]> {
      const { size } = await file.stat();
      const fresh = Buffer.alloc(size - offset);
      const { bytesRead } = await file.read(fresh, 0, fresh.length, offset);
      offset += bytesRead;
      const bytes = Buffer.concat([rest, fresh.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      rest = bytes.subarray(end);
      return bytes.toString("utf8", 0, end).split("\n").slice(0, -1);
    },
  };
}
