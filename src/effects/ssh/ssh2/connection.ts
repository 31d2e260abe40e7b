/** A connection over ssh2, as the port wants it. */
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import type { HostName } from "../../../domain/ids.ts";
import type { Connection, ConnectionDescription } from "../../../ports/transport.ts";
import { createSemaphore, type Semaphore } from "../semaphore.ts";
import { afterBridgeLine } from "../sockets/bridge.ts";
import { forwardSocket } from "../sockets/forward.ts";
import type { RuntimeFolder } from "../sockets/runtime-folder.ts";
import { spawnOn } from "./process.ts";

export interface ConnectionParts {
  readonly host: HostName;
  readonly client: Client;
  /** What the client runs over. */
  readonly stream: Duplex;
  readonly description: ConnectionDescription;
  readonly folder: RuntimeFolder;
  readonly bridges: ReadonlyMap<string, string>;
}

// sshd's MaxSessions is 10 by default.
const MAX_CHANNELS = 8;
const CLOSE_MS = 2_000;
const CHANNEL_WAIT_MS = 60_000;

export function createSsh2Connection(parts: ConnectionParts): Connection {
  const { host, client, description, folder, bridges } = parts;
  const slots = createSemaphore(MAX_CHANNELS);
  const closed = Promise.withResolvers<string>();
  const forwarded = new Set<{ close(): Promise<void> }>();
  let reason: string | undefined;
  client.on("error", (error) => {
    reason ??= error.message;
  });
  client.on("close", () => {
    reason ??= "the host closed the connection";
    closed.resolve(reason);
    for (const socket of forwarded) void socket.close();
  });
  const commands = { client, slots, gone: () => reason };
  const means = {
    host,
    folder,
    bridges,
    openForwarded: (path: string) => openStreamLocal(client, path),
    openBridge: (command: string) => openCommand(client, slots, command),
  };
  return {
    host,
    description,
    closed: closed.promise,
    spawn: (command, options) => spawnOn(commands, command, options),
    async forwardUnix(remotePath) {
      const socket = await forwardSocket(remotePath, means);
      if (socket.ok) forwarded.add(socket.value);
      return socket;
    },
    async close() {
      reason ??= "closed by us";
      await Promise.all([...forwarded].map((socket) => socket.close()));
      await sayGoodbye(parts);
      await closed.promise;
    },
  };
}

/** A host takes some 100 ms to end a session after it was told to; nobody needs to wait for that. */
function sayGoodbye({ client, stream }: ConnectionParts): Promise<void> {
  return new Promise((resolve) => {
    const gone = () => {
      clearTimeout(late);
      stream.destroy();
      resolve();
    };
    const late = setTimeout(gone, CLOSE_MS);
    if (stream.writableFinished || stream.destroyed) return gone();
    stream.once("finish", gone);
    stream.once("close", gone);
    client.end();
  });
}

function openStreamLocal(client: Client, path: string): Promise<Duplex | string> {
  return new Promise((resolve) => {
    try {
      client.openssh_forwardOutStreamLocal(path, (error, channel) =>
        resolve(error === undefined ? withStderrDrained(channel) : error.message),
      );
    } catch (error) {
      resolve((error as Error).message);
    }
  });
}

async function openCommand(client: Client, slots: Semaphore, command: string): Promise<Duplex | string> {
  const release = await slots.acquire(AbortSignal.timeout(CHANNEL_WAIT_MS));
  if (release === undefined) return "all channels of the connection are taken";
  const channel = await new Promise<Duplex | string>((resolve) => {
    try {
      client.exec(command, (error, stream) => resolve(error === undefined ? withStderrDrained(stream) : error.message));
    } catch (error) {
      resolve((error as Error).message);
    }
  });
  if (typeof channel === "string") {
    release();
    return channel;
  }
  channel.once("close", release);
  return afterBridgeLine(channel);
}

/** Standard error shares the channel's window: unread it would stop the data. */
function withStderrDrained<T extends Duplex>(channel: T & { readonly stderr?: { resume(): unknown } }): T {
  channel.stderr?.resume();
  return channel;
}
