/** Opens the TCP connection that SSH runs over. */
import { connect, type Socket } from "node:net";
import { type Failure, failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";
import type { SshConfig } from "../../../domain/ssh-config/parse.ts";
import { DEFAULT_CONNECT_MS } from "./handshake.ts";

/** Fails with `transport/unknown-address`, `refused`, `no-route`, `timeout`, `aborted`. */
export function dial(config: SshConfig, signal: AbortSignal): Promise<Result<Socket>> {
  const { hostname: host, port } = config;
  const limitMs = config.connectTimeoutMs ?? DEFAULT_CONNECT_MS;
  return new Promise((resolve) => {
    // With Nagle's algorithm the handshake waits for delayed acknowledgements, 40 ms at a time.
    const socket = connect({
      host,
      port,
      noDelay: true,
      ...(config.addressFamily === "any" ? {} : { family: config.addressFamily === "inet" ? 4 : 6 }),
      ...(config.bindAddress === undefined ? {} : { localAddress: config.bindAddress }),
    });
    const done = (result: Result<Socket>) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.removeAllListeners();
      // Until somebody else listens an error would end this process.
      socket.on("error", () => {});
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => done(err(timedOut(host, port, limitMs))), limitMs);
    const onAbort = () => done(err(failure("transport/aborted", `the connection to ${host} was called off`)));
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    socket.on("connect", () => done(ok(socket)));
    socket.on("error", (error: NodeJS.ErrnoException) => done(err(classify(error, host, port))));
  });
}

const timedOut = (host: string, port: number, limitMs: number): Failure =>
  failure("transport/timeout", `${host} did not answer on port ${port} within ${limitMs / 1000} s`);

function classify(error: NodeJS.ErrnoException, host: string, port: number): Failure {
  const found = error.code ?? error.message;
  switch (error.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_FAIL":
    case "EAI_NODATA":
    case "EAI_NONAME":
      return failure("transport/unknown-address", `the address ${host} cannot be looked up`, { found });
    case "ECONNREFUSED":
      return failure("transport/refused", `${host} has nothing listening on port ${port}`, { found });
    case "ETIMEDOUT":
      return failure("transport/timeout", `${host} did not answer on port ${port}`, { found });
    default:
      return failure("transport/no-route", `${host} cannot be reached`, { found });
  }
}
