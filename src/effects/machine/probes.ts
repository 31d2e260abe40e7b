/** Probes with what Node itself has. Not by fetch, which refuses ports that it finds odd. */
import { get as getPlain } from "node:http";
import { get as getSecure } from "node:https";
import { connect } from "node:net";
import type { ProbeOutcome, Probes } from "../../ports/probes.ts";

export const networkProbes: Probes = {
  http(url, { timeoutMs, signal }) {
    const limit = AbortSignal.timeout(timeoutMs);
    const get = url.startsWith("https:") ? getSecure : getPlain;
    return new Promise<ProbeOutcome<number>>((resolve) => {
      const options = { agent: false, signal: AbortSignal.any([signal, limit]), headers: { "user-agent": "nixfleet" } };
      const request = get(url, options, (response) => {
        resolve({ answer: response.statusCode ?? 0 });
        request.destroy();
      });
      request.on("error", (error) =>
        resolve({ trouble: limit.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error) }),
      );
    });
  },

  tcp(host, port, { timeoutMs, signal }) {
    return new Promise<ProbeOutcome<true>>((resolve) => {
      const socket = connect({ host, port, signal, timeout: timeoutMs });
      const end = (outcome: ProbeOutcome<true>): void => {
        socket.destroy();
        resolve(outcome);
      };
      socket.once("connect", () => end({ answer: true }));
      socket.once("timeout", () => end({ trouble: `no connection within ${timeoutMs / 1000} s` }));
      socket.once("error", (error) => end({ trouble: reasonOf(error) }));
    });
  },
};

/** Of several addresses the first has to do. */
function reasonOf(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first instanceof Error ? first.message : error.message;
}
