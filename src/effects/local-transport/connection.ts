/** "localhost" without SSH: commands are started here, and sockets are what they are. */
import { spawn } from "node:child_process";
import { userInfo } from "node:os";
import type { HostName } from "../../domain/ids.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Connection, RemoteProcess, SpawnOptions } from "../../ports/transport.ts";
import { processOfChild } from "../ssh/child-process.ts";
import { startLimits } from "../ssh/command-limits.ts";

export function createLocalConnection(host: HostName, because: string): Connection {
  const closed = Promise.withResolvers<string>();
  return {
    host,
    description: { adapter: "local", address: "localhost", user: userInfo().username, because },
    closed: closed.promise,
    spawn: async (command, options) => startHere(command, options),
    forwardUnix: async (remotePath) => ok({ localPath: remotePath, via: "direct", close: async () => {} }),
    close: async () => closed.resolve("closed by us"),
  };
}

async function startHere(command: string, options: SpawnOptions): Promise<Result<RemoteProcess>> {
  const limits = startLimits(options);
  // A group of its own, so that Ctrl-C in the terminal does not reach it: how to stop is for the CLI to decide.
  const child = spawn("/bin/sh", ["-c", command], { detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const problem = await new Promise<Error | undefined>((resolve) => {
    child.once("spawn", () => resolve(undefined));
    child.once("error", resolve);
  });
  if (problem === undefined) return ok(processOfChild(child, options, limits));
  limits.clear();
  return err(failure("transport/channel-refused", "/bin/sh cannot be started", { found: problem.message }));
}
