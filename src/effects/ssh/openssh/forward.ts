/** Forwards a unix socket through the master, or bridges it where sshd forbids that. */
import { rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { failure } from "../../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../domain/outcome/result.ts";
import type { ForwardedSocket } from "../../../ports/transport.ts";
import type { Semaphore } from "../semaphore.ts";
import { afterBridgeLine } from "../sockets/bridge.ts";
import { forwardSocket } from "../sockets/forward.ts";
import { control, startClient } from "./client.ts";
import type { MasterConnection } from "./connection.ts";

const CHANNEL_WAIT_MS = 60_000;

export async function forwardOverMaster(
  remotePath: string,
  parts: MasterConnection,
  slots: Semaphore,
): Promise<Result<ForwardedSocket>> {
  const { host, folder, bridges, controlPath } = parts;
  const localPath = await folder.newPath();
  if (!localPath.ok) return localPath;
  const refused = await tryForward(controlPath, localPath.value, remotePath);
  if (refused === undefined) return ok(forwarding(controlPath, localPath.value, remotePath));
  await cancel(controlPath, localPath.value, remotePath);
  if (!bridges.has(remotePath)) {
    return err(failure("transport/forwarding", `${remotePath} cannot be reached`, { host, found: refused }));
  }
  const openBridge = (command: string) => openCommand(controlPath, slots, command);
  return forwardSocket(remotePath, { host, folder, bridges, openBridge, openForwarded: async () => refused });
}

const forwarding = (controlPath: string, localPath: string, remotePath: string): ForwardedSocket => ({
  localPath,
  via: "forwarded",
  close: () => cancel(controlPath, localPath, remotePath),
});

async function cancel(controlPath: string, localPath: string, remotePath: string): Promise<void> {
  await control(controlPath, "cancel", ["-L", `${localPath}:${remotePath}`]);
  await rm(localPath, { force: true });
}

/** Says why not, or nothing. sshd's refusal shows only when the socket is used: the master then closes it. */
async function tryForward(controlPath: string, localPath: string, remotePath: string): Promise<string | undefined> {
  const asked = await control(controlPath, "forward", ["-L", `${localPath}:${remotePath}`]);
  if (asked.code !== 0) return asked.text;
  const probe = connect(localPath);
  try {
    return (await closesBefore(probe, roundTrip(controlPath))) ? "sshd closed it at once" : undefined;
  } finally {
    probe.destroy();
  }
}

/** Requests on one connection are answered in order: a refusal arrives before the end of a command started after it. */
async function roundTrip(controlPath: string): Promise<void> {
  const child = startClient(controlPath, "exit 0");
  child.stdin.end();
  child.stdout.resume();
  child.stderr.resume();
  await new Promise((resolve) => child.once("close", resolve));
}

async function closesBefore(probe: Socket, other: Promise<void>): Promise<boolean> {
  const closed = new Promise<boolean>((resolve) => {
    probe.once("close", () => resolve(true));
    probe.once("end", () => resolve(true));
    probe.once("error", () => resolve(true));
  });
  probe.resume();
  return Promise.race([closed, other.then(() => false)]);
}

async function openCommand(controlPath: string, slots: Semaphore, command: string): Promise<Duplex | string> {
  const release = await slots.acquire(AbortSignal.timeout(CHANNEL_WAIT_MS));
  if (release === undefined) return "all channels of the connection are taken";
  const child = startClient(controlPath, command);
  child.once("close", release);
  child.stderr.resume();
  return afterBridgeLine(Duplex.from({ readable: child.stdout, writable: child.stdin }));
}
