/** One command on an ssh2 connection. */
import type { Client, ClientChannel } from "ssh2";
import { type Failure, failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";
import type { RemoteOutcome, RemoteProcess, SpawnOptions } from "../../../ports/transport.ts";
import { type CommandLimits, startLimits } from "../command-limits.ts";
import { finishedProcess } from "../finished-process.ts";
import { readPaced } from "../paced.ts";
import type { Semaphore } from "../semaphore.ts";

export interface CommandHost {
  readonly client: Client;
  readonly slots: Semaphore;
  /** Why the connection is gone; undefined while it is there. */
  gone(): string | undefined;
}

// sshd counts a session until its process is gone, so a place can be late although ours is free.
const REFUSED_RETRY_MS = [50, 250, 1_000, 2_500] as const;

export async function spawnOn(
  host: CommandHost,
  command: string,
  options: SpawnOptions,
): Promise<Result<RemoteProcess>> {
  const limits = startLimits(options);
  const release = await host.slots.acquire(limits.signal);
  if (release === undefined) return over(limits);
  const channel = await openChannel(host, command, limits);
  if (channel === undefined || !channel.ok) {
    release();
    if (channel === undefined) return over(limits);
    limits.clear();
    return channel;
  }
  return ok(processOf(channel.value, host, options, limits, release));
}

const over = (limits: CommandLimits): Result<RemoteProcess> => {
  limits.clear();
  return ok(finishedProcess(limits.outcome()));
};

/** Undefined when the limits struck first. */
async function openChannel(
  host: CommandHost,
  command: string,
  limits: CommandLimits,
): Promise<Result<ClientChannel> | undefined> {
  let refused: Failure | undefined;
  for (const waitMs of [0, ...REFUSED_RETRY_MS]) {
    if (waitMs > 0) await pause(waitMs, limits.signal);
    if (limits.signal.aborted) return undefined;
    const channel = await tryExec(host, command);
    if (channel.ok || channel.error.code !== "transport/channel-refused") return channel;
    refused = channel.error;
  }
  return refused === undefined ? undefined : err(refused);
}

function tryExec(host: CommandHost, command: string): Promise<Result<ClientChannel>> {
  return new Promise((resolve) => {
    const fail = (error: Error) => {
      const reason = host.gone();
      resolve(
        err(
          reason === undefined
            ? failure("transport/channel-refused", "sshd does not start the command", { found: error.message })
            : failure("transport/lost", "the connection is gone", { found: reason }),
        ),
      );
    };
    try {
      host.client.exec(command, (error, channel) => (error === undefined ? resolve(ok(channel)) : fail(error)));
    } catch (error) {
      // ssh2 throws "Not connected" in place of calling back.
      fail(error as Error);
    }
  });
}

function processOf(
  channel: ClientChannel,
  host: CommandHost,
  options: SpawnOptions,
  limits: CommandLimits,
  release: () => void,
): RemoteProcess {
  const { promise: outcome, resolve } = Promise.withResolvers<RemoteOutcome>();
  let exit: RemoteOutcome | undefined;
  let open = true;
  const writes = new Set<() => void>();
  readPaced(channel, options.onStdout);
  readPaced(channel.stderr, options.onStderr);
  channel.on("exit", (code: number | null, signal?: string) => {
    exit = code === null ? { kind: "signalled", signal: signal ?? "an unknown signal" } : { kind: "exited", code };
  });
  channel.on("error", () => {});
  channel.on("close", () => {
    open = false;
    for (const written of writes) written();
    limits.clear();
    release();
    resolve(exit ?? { kind: "lost", reason: host.gone() ?? "the command ended without an exit code" });
  });
  limits.signal.addEventListener("abort", () => {
    resolve(limits.outcome());
    channel.close();
  });
  return {
    outcome,
    write: (bytes) =>
      new Promise((written) => {
        if (!open || !channel.writable) return written();
        // ssh2 never calls back for a write into a channel that closes meanwhile.
        writes.add(written);
        channel.write(bytes, () => {
          writes.delete(written);
          written();
        });
      }),
    end: () => channel.end(),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
