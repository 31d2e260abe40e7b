/** Reaches one endpoint over ssh2, through jump hosts that are shared by all hosts behind them. */
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { type Failure, failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";
import type { DialLimits } from "../dial-limits.ts";
import { endpointOf, type SshTarget } from "../target.ts";
import { dial } from "./dial.ts";
import { type Handshake, shakeHands } from "./handshake.ts";
import { ssh2 } from "./library.ts";
import type { PrivateKeys } from "./private-keys.ts";

export interface Endpoints {
  /** One attempt, within the dial limits. */
  reach(target: SshTarget, signal: AbortSignal): Promise<Result<Handshake>>;
  /** Ends the jump connections. */
  close(): Promise<void>;
}

export interface EndpointParts {
  readonly keys: PrivateKeys;
  readonly limits: DialLimits;
  /** Called with each finished handshake, to remember or to warn. */
  readonly onHostKey: (target: SshTarget, handshake: Handshake) => Promise<Result<void>>;
}

export function createEndpoints({ keys, limits, onHostKey }: EndpointParts): Endpoints {
  const jumps = new Map<string, Promise<Result<Client>>>();
  const closing = new AbortController();
  return { reach, close };

  async function reach(target: SshTarget, signal: AbortSignal): Promise<Result<Handshake>> {
    // The jump is reached before a place is taken: hosts that wait for it must not keep it from being dialled.
    const jump = target.jumps.at(-1);
    const via = jump === undefined ? undefined : await sharedJump(jump);
    if (via?.ok === false) return err(viaJump(jump, via.error));
    const through = jump === undefined ? undefined : endpointOf(jump.config);
    // Whatever takes its time does so before sshd begins to count.
    await Promise.all([ssh2(), keys.prepare(target.credentials)]);
    const result = await limits.run(through, signal, async () => {
      const stream = via === undefined ? await dial(target.config, signal) : await forwardOut(via.value, target);
      return stream.ok ? shakeHands(stream.value, target, keys, signal) : stream;
    });
    if (result === undefined) return err(failure("transport/aborted", "the connection was called off"));
    if (!result.ok) {
      if (result.error.code === "transport/throttled") limits.throttle(through);
      return result;
    }
    const noted = await onHostKey(target, result.value);
    if (noted.ok) return result;
    result.value.client.end();
    return noted;
  }

  function sharedJump(jump: SshTarget): Promise<Result<Client>> {
    const key = [...jump.jumps, jump].map(({ config }) => endpointOf(config)).join(" ");
    const known = jumps.get(key) ?? openJump(key, jump);
    jumps.set(key, known);
    return known;
  }

  async function openJump(key: string, jump: SshTarget): Promise<Result<Client>> {
    const reached = await reach(jump, closing.signal);
    if (!reached.ok) {
      jumps.delete(key);
      return reached;
    }
    const { client } = reached.value;
    client.on("error", () => {});
    client.on("close", () => jumps.delete(key));
    return ok(client);
  }

  async function close(): Promise<void> {
    closing.abort();
    for (const jump of await Promise.all(jumps.values())) {
      if (!jump.ok) continue;
      const ended = new Promise<void>((resolve) => jump.value.once("close", () => resolve()));
      jump.value.end();
      await ended;
    }
  }
}

function forwardOut(client: Client, { config }: SshTarget): Promise<Result<Duplex>> {
  return new Promise((resolve) => {
    const fail = (error: Error) =>
      resolve(
        err(
          failure("transport/refused", `the jump host does not reach ${config.hostname}:${config.port}`, {
            found: error.message,
          }),
        ),
      );
    try {
      client.forwardOut("127.0.0.1", 0, config.hostname, config.port, (error, channel) =>
        error === undefined ? resolve(ok(channel)) : fail(error),
      );
    } catch (error) {
      fail(error as Error);
    }
  });
}

function viaJump(jump: SshTarget | undefined, cause: Failure): Failure {
  const name = jump === undefined ? "" : endpointOf(jump.config);
  // A wrong host key or a refused login stays what it is, wherever on the way it was met.
  if (
    !cause.code.startsWith("transport/") ||
    cause.code === "transport/jump" ||
    SPEAKS_FOR_ITSELF.includes(cause.code)
  ) {
    return cause;
  }
  return failure("transport/jump", `the jump host ${name} cannot be reached`, { cause });
}

const SPEAKS_FOR_ITSELF: readonly string[] = [
  "transport/host-key-unknown",
  "transport/host-key-changed",
  "transport/host-key-revoked",
  "transport/known-hosts",
  "transport/authentication",
  "transport/key-locked",
  "transport/throttled",
  "transport/penalised",
  "transport/aborted",
];
