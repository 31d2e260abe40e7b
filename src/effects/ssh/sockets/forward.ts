/** Makes a unix socket of the host reachable here: forwarded by sshd, or bridged through a command where sshd forbids it. */
import type { Duplex } from "node:stream";
import type { HostName } from "../../../domain/ids.ts";
import { failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";
import type { ForwardedSocket } from "../../../ports/transport.ts";
import type { RuntimeFolder } from "./runtime-folder.ts";
import { serveSocket } from "./serve.ts";

export interface ForwardingMeans {
  readonly host: HostName;
  readonly folder: RuntimeFolder;
  /** Opens the socket through sshd; a string says why it cannot. */
  openForwarded(remotePath: string): Promise<Duplex | string>;
  /** Starts a command as a stream; a string says why it cannot. */
  openBridge(command: string): Promise<Duplex | string>;
  readonly bridges: ReadonlyMap<string, string>;
}

export async function forwardSocket(remotePath: string, means: ForwardingMeans): Promise<Result<ForwardedSocket>> {
  const localPath = await means.folder.newPath();
  if (!localPath.ok) return localPath;
  const bridge = means.bridges.get(remotePath);
  // sshd gives no reason when it refuses, so the way is tried before it is promised.
  const first = await means.openForwarded(remotePath);
  if (typeof first !== "string") {
    return serve(localPath.value, "forwarded", first, () => means.openForwarded(remotePath));
  }
  const throughBridge = bridge === undefined ? "there is no other way to it" : await means.openBridge(bridge);
  if (typeof throughBridge !== "string" && bridge !== undefined) {
    return serve(localPath.value, "bridged", throughBridge, () => means.openBridge(bridge));
  }
  return err(
    failure("transport/forwarding", `${remotePath} cannot be reached`, {
      host: means.host,
      found: `forwarded: ${first}; bridged: ${throughBridge}`,
      next: "check AllowStreamLocalForwarding in sshd_config, that the daemon runs, and that the user may use its socket",
    }),
  );
}

/** The stream that proved the way serves the first connection, so that trying costs nothing. */
async function serve(
  localPath: string,
  via: "forwarded" | "bridged",
  first: Duplex,
  open: () => Promise<Duplex | string>,
): Promise<Result<ForwardedSocket>> {
  let spare: Duplex | undefined = first;
  const dropSpare = () => {
    spare = undefined;
  };
  first.once("close", dropSpare);
  first.once("error", dropSpare);
  const served = await serveSocket(localPath, async () => {
    const stream = spare ?? (await open());
    spare = undefined;
    return typeof stream === "string" ? undefined : stream;
  });
  if (!served.ok) {
    first.destroy();
    return served;
  }
  return ok({
    localPath,
    via,
    async close() {
      spare?.destroy();
      await served.value.close();
    },
  });
}
