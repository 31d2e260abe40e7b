/** Waits until a bridging command is really there. */
import type { Duplex } from "node:stream";
import { BRIDGE_LINE } from "../../../domain/host/nix-daemon.ts";

// Login scripts may greet; nobody greets with more than this.
const MAX_CHATTER_BYTES = 64 * 1024;

/** Gives the stream back, positioned behind the marker line; a string says why it never came. */
export function afterBridgeLine(stream: Duplex): Promise<Duplex | string> {
  const marker = Buffer.from(BRIDGE_LINE);
  let heard = Buffer.alloc(0);
  return new Promise((resolve) => {
    const done = (result: Duplex | string) => {
      stream.removeListener("readable", onReadable);
      stream.removeListener("end", onEnd);
      if (typeof result === "string") stream.destroy();
      resolve(result);
    };
    const onEnd = () => done(`the command ended at once${heard.length === 0 ? "" : `: ${heard.toString().trim()}`}`);
    const onReadable = () => {
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
        heard = Buffer.concat([heard, chunk]);
        const at = heard.indexOf(marker);
        if (at >= 0) {
          const rest = heard.subarray(at + marker.length);
          if (rest.length > 0) stream.unshift(rest);
          return done(stream);
        }
        if (heard.length > MAX_CHATTER_BYTES) return done("the command printed something else");
      }
    };
    stream.on("error", () => done("the command failed"));
    stream.on("end", onEnd);
    stream.on("readable", onReadable);
  });
}
