/** A connection over OpenSSH's own client, as the port wants it. */
import type { HostName } from "../../../domain/ids.ts";
import { failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";
import type {
  Connection,
  ConnectionDescription,
  RemoteOutcome,
  RemoteProcess,
  SpawnOptions,
} from "../../../ports/transport.ts";
import { processOfChild } from "../child-process.ts";
import { startLimits } from "../command-limits.ts";
import { finishedProcess } from "../finished-process.ts";
import { createSemaphore } from "../semaphore.ts";
import type { RuntimeFolder } from "../sockets/runtime-folder.ts";
import { control, startClient } from "./client.ts";
import { forwardOverMaster } from "./forward.ts";
import type { Master } from "./master.ts";

export interface MasterConnection {
  readonly host: HostName;
  readonly master: Master;
  readonly controlPath: string;
  readonly description: ConnectionDescription;
  readonly folder: RuntimeFolder;
  readonly bridges: ReadonlyMap<string, string>;
  /** Removes the files that were made for the connection. */
  readonly tidy: () => Promise<void>;
}

// sshd's MaxSessions is 10 by default.
const MAX_CHANNELS = 8;
// What the client exits with for troubles of its own, and for a remote command that exits so.
const SSH_TROUBLE = 255;

export function createOpenSshConnection(parts: MasterConnection): Connection {
  const { host, master, controlPath, description } = parts;
  const slots = createSemaphore(MAX_CHANNELS);
  const forwarded = new Set<{ close(): Promise<void> }>();
  let reason: string | undefined;
  const closed = master.ended.then(async () => {
    reason ??= lastWords(master.stderr());
    for (const socket of forwarded) await socket.close();
    await parts.tidy();
    return reason;
  });
  return {
    host,
    description,
    closed,
    spawn,
    async forwardUnix(remotePath) {
      const socket = await forwardOverMaster(remotePath, parts, slots);
      if (socket.ok) forwarded.add(socket.value);
      return socket;
    },
    async close() {
      reason ??= "closed by us";
      await Promise.all([...forwarded].map((socket) => socket.close()));
      forwarded.clear();
      await master.stop();
      await closed;
    },
  };

  async function spawn(command: string, options: SpawnOptions): Promise<Result<RemoteProcess>> {
    const limits = startLimits(options);
    const release = await slots.acquire(limits.signal);
    if (release === undefined) {
      limits.clear();
      return ok(finishedProcess(limits.outcome()));
    }
    if (!master.alive) {
      release();
      limits.clear();
      return err(failure("transport/lost", "the connection is gone", { found: reason ?? "the master has ended" }));
    }
    const child = startClient(controlPath, command);
    child.once("close", release);
    let said = "";
    const onStderr = (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-1024);
      return options.onStderr(chunk);
    };
    return ok(processOfChild(child, { ...options, onStderr }, limits, (code, signal) => outcomeOf(code, signal, said)));
  }

  async function outcomeOf(code: number | null, signal: string | null, said: string): Promise<RemoteOutcome> {
    if (code === null) return { kind: "lost", reason: `the ssh client was ended by ${signal}` };
    if (code !== SSH_TROUBLE) return { kind: "exited", code };
    if (/mux_client|Session open refused by peer/.test(said)) return { kind: "lost", reason: said.trim() };
    const check = await control(controlPath, "check");
    if (check.code === 0) return { kind: "exited", code };
    return { kind: "lost", reason: reason ?? lastWords(master.stderr()) };
  }
}

function lastWords(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("debug1:"));
  return lines.at(-1)?.trim() ?? "the host closed the connection";
}
