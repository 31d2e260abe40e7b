/** Sends a closure to a host over its connection, and tells how that goes. */
import { NIX_DAEMON_SOCKET } from "../domain/host/nix-daemon.ts";
import type { HostName, StorePath } from "../domain/ids.ts";
import { diagnosed, phaseProgressed } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { BuildProgress, CopyOutcome, FetchOutcome, NixBuilder, OtherStore } from "../ports/nix-builder.ts";
import type { Recorder } from "./recorder.ts";
import type { HostSession } from "./session.ts";

export interface Sending {
  readonly paths: readonly StorePath[];
  /** Where the closure lies; in this machine's store when left out. */
  readonly from?: OtherStore;
  /** The host fetches from its own binary caches first. */
  readonly substitutes: boolean;
  readonly signal: AbortSignal;
}

export interface SendingTools {
  readonly session: HostSession;
  readonly builder: NixBuilder;
  readonly recorder: Recorder;
}

/** Fails with `transport/*` and `nix/*`, in terms of the host. */
export async function sendClosure(
  { paths, from, substitutes, signal }: Sending,
  { session, builder, recorder }: SendingTools,
): Promise<Result<CopyOutcome>> {
  const host = session.host.name;
  const socket = await session.daemonSocket();
  if (!socket.ok) return err({ ...socket.error, host });
  const copied = await builder.copy({
    host,
    paths,
    // A direct socket is this machine's own store, where the closure was built.
    ...(socket.value.via === "direct" ? {} : { socket: socket.value.localPath }),
    ...(from === undefined ? {} : { from }),
    ...(substitutes ? { substitutes: true } : {}),
    signal,
    onProgress: copyProgress(host, recorder),
  });
  if (!copied.ok) {
    const { user } = session.connection.description;
    const error = socket.value.via === "bridged" ? throughBridge(copied.error, user) : copied.error;
    return err({ ...error, host });
  }
  const { copiedPaths, fetched } = copied.value;
  if (fetched !== undefined) await recorder.record(fetchTold(host, fetched, copiedPaths));
  if (fetched?.trouble !== undefined) await recorder.record(diagnosed(cacheTrouble(host, fetched.trouble), "warn"));
  return ok(copied.value);
}

/** What Nix says of a copy, as progress of the host. */
export const copyProgress =
  (host: HostName, recorder: Recorder) =>
  ({ kind: _kind, text, ...amounts }: BuildProgress): void => {
    void recorder.record(phaseProgressed("copy", text, { host, ...amounts }));
  };

/** Paths that came to the host, one way or the other. */
export const travelled = ({ copiedPaths, fetched }: CopyOutcome): number => copiedPaths + (fetched?.paths ?? 0);

function fetchTold(host: HostName, { paths, bytes }: FetchOutcome, sent: number) {
  const words = `fetched ${paths} paths (${bytes} bytes) from its caches, was sent ${sent}`;
  return phaseProgressed("copy", words, { host, done: paths, expected: paths + sent });
}

const cacheTrouble = (host: HostName, trouble: string) =>
  failure("nix/cache-passed-over", `the host's binary caches could not be used: ${trouble}`, {
    host,
    next: "see `substituters` in the host's nix.conf; what was missing has been sent",
  });

/** sshd would not connect the login to the daemon, and the daemon's own program, started as the login, could not either. */
function throughBridge(error: Failure, user: string): Failure {
  if (error.code !== "nix/daemon-lost") return error;
  return failure("nix/daemon-denied", `${user} cannot talk to the host's Nix daemon`, {
    expected: `${NIX_DAEMON_SOCKET} open to ${user}`,
    found: "neither sshd nor nix-daemon --stdio could connect to it",
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    next: `put ${user} into the group that owns the socket or its folder, on the host: usermod -aG nix-users ${user}`,
  });
}
