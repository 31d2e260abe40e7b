/** Reads a stream only as fast as what it carries is dealt with. */
import type { Readable } from "node:stream";
import type { TakeOutput } from "../../ports/transport.ts";

/** The stream ends for its listeners only after the last chunk was taken, also when it was paused at its end. */
export function readPaced(stream: Readable, take: TakeOutput): void {
  stream.on("data", (chunk: Buffer) => {
    const taken = take(chunk);
    if (taken === undefined) return;
    stream.pause();
    void taken.finally(() => stream.resume());
  });
}
