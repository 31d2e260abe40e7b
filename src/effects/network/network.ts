/** Looks at SSH ports: connects, reads the server's first line, and leaves. */
import { reverse } from "node:dns/promises";
import { connect, isIP } from "node:net";
import type { Network } from "../../ports/network.ts";

/** RFC 4253 §4.2: the line is at most 255 bytes; other lines may come before it. */
const MAX_BYTES = 8 * 1024;

export const network: Network = {
  greeting: (target, port, timeoutMs, signal) =>
    new Promise((resolve) => {
      const socket = connect({ host: target, port, signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) });
      let text = "";
      const finish = (line: string | undefined): void => {
        socket.destroy();
        resolve(line);
      };
      socket.setEncoding("latin1");
      socket.on("data", (chunk) => {
        text += chunk;
        const line = /^(SSH-[^\r\n]*)\r?\n/m.exec(text)?.[1];
        if (line !== undefined) finish(line);
        else if (text.length > MAX_BYTES) finish(undefined);
      });
      socket.on("end", () => finish(undefined));
      socket.on("error", () => finish(undefined));
    }),

  async nameOf(address) {
    if (isIP(address) === 0) return undefined;
    try {
      return (await reverse(address))[0];
    } catch {
      return undefined;
    }
  },
};
