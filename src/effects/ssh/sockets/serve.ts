/** A local unix socket, each connection of which is joined to a stream of the host. */
import { createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";

export interface ServedSocket {
  /** Stops listening and cuts what is still connected. */
  close(): Promise<void>;
}

/** Opens the host's end for one connection; undefined when that is not possible, and the connection is then closed. */
export type OpenRemote = () => Promise<Duplex | undefined>;

export async function serveSocket(localPath: string, openRemote: OpenRemote): Promise<Result<ServedSocket>> {
  const joined = new Set<Socket>();
  // Half-open: the Nix protocol's peer may end its side first and still read.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, async (local) => {
    joined.add(local);
    local.on("close", () => joined.delete(local));
    local.on("error", () => local.destroy());
    const remote = await openRemote();
    if (remote === undefined || local.destroyed) {
      remote?.destroy();
      local.destroy();
      return;
    }
    join(local, remote);
  });
  const listening = await new Promise<Error | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(localPath, () => resolve(undefined));
  });
  if (listening !== undefined) {
    return err(failure("transport/forwarding", `cannot listen on ${localPath}`, { found: listening.message }));
  }
  return ok({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const local of joined) local.destroy();
      }),
  });
}

/** Both directions with backpressure; each side's end is passed on, and the end of the whole closes both. */
function join(local: Socket, remote: Duplex): void {
  remote.on("error", () => local.destroy());
  remote.on("close", () => {
    // What was received before the end still has to reach the local side.
    if (!local.writableEnded) local.end();
    // Nobody hears what the local side still says, and it has to get rid of it. A pipe that ends by itself pauses it again.
    local.unpipe(remote);
    local.resume();
  });
  local.on("close", () => remote.destroy());
  remote.pipe(local);
  local.pipe(remote);
}
