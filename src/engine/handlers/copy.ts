/** Copies a closure into the host's store, over the connection that is open already. */

import { NIX_DAEMON_SOCKET } from "../../domain/host/nix-daemon.ts";
import { parseStorePath, type StorePath } from "../../domain/ids.ts";
import { phaseProgressed } from "../../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import type { Step } from "../../domain/plan/plan.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";

export async function copyClosure(step: Extract<Step, { kind: "copy" }>, context: StepContext): Promise<StepOutcome> {
  const { session, builder, recorder, interruption } = context;
  const host = session.host.name;
  const paths = [step.system, ...(step.description === undefined ? [] : [step.description])].map(knownStorePath);
  const socket = await session.daemonSocket();
  if (!socket.ok) return { kind: "failed", error: { ...socket.error, host } };
  const copied = await builder.copy({
    host,
    paths,
    // A direct socket is this machine's own store, where the closure was built.
    ...(socket.value.via === "direct" ? {} : { socket: socket.value.localPath }),
    signal: interruption.detached,
    onProgress: ({ kind: _kind, text, ...amounts }) => {
      void recorder.record(phaseProgressed("copy", text, { host, ...amounts }));
    },
  });
  if (!copied.ok) {
    const { user } = session.connection.description;
    const error = socket.value.via === "bridged" ? throughBridge(copied.error, user) : copied.error;
    return { kind: "failed", error: { ...error, host } };
  }
  return copied.value.copiedPaths === 0 ? { kind: "already-done" } : { kind: "done" };
}

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

function knownStorePath(text: string): StorePath {
  const path = parseStorePath(text);
  if (path === undefined) throw new Error(`a plan that passed its check names the store path ${text}`);
  return path;
}
