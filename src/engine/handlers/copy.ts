/** Brings a closure into the host's store, over the connection that is open already. */
import { NIX_DAEMON_SOCKET } from "../../domain/host/nix-daemon.ts";
import { type HostName, parseStorePath, type StorePath } from "../../domain/ids.ts";
import { diagnosed, phaseProgressed } from "../../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import type { Step } from "../../domain/plan/plan.ts";
import type { BuildProgress, FetchOutcome } from "../../ports/nix-builder.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";
import { findClosure } from "./closure-source.ts";

type CopyStep = Extract<Step, { kind: "copy" }>;

export async function copyClosure(step: CopyStep, context: StepContext): Promise<StepOutcome> {
  const { session, builder, recorder, interruption } = context;
  const host = session.host.name;
  const paths = [step.system, ...(step.description === undefined ? [] : [step.description])].map(knownStorePath);
  const socket = await session.daemonSocket();
  if (!socket.ok) return { kind: "failed", error: { ...socket.error, host } };
  const onProgress = progressOf(context);
  const source = await findClosure(step, paths, context, onProgress);
  if (!source.ok) return { kind: "failed", error: { ...source.error, host } };
  if (source.value.kind === "target") return { kind: source.value.built ? "done" : "already-done" };
  const copied = await builder.copy({
    host,
    paths,
    // A direct socket is this machine's own store, where the closure was built.
    ...(socket.value.via === "direct" ? {} : { socket: socket.value.localPath }),
    ...(source.value.kind === "here" ? {} : { from: source.value.store }),
    ...(step.substitutes === true ? { substitutes: true } : {}),
    signal: interruption.detached,
    onProgress,
  });
  if (!copied.ok) {
    const { user } = session.connection.description;
    const error = socket.value.via === "bridged" ? throughBridge(copied.error, user) : copied.error;
    return { kind: "failed", error: { ...error, host } };
  }
  const { copiedPaths, fetched } = copied.value;
  if (fetched !== undefined) await recorder.record(fetchTold(host, fetched, copiedPaths));
  if (fetched?.trouble !== undefined) await recorder.record(diagnosed(cacheTrouble(host, fetched.trouble), "warn"));
  return copiedPaths + (fetched?.paths ?? 0) === 0 ? { kind: "already-done" } : { kind: "done" };
}

const progressOf =
  ({ session, recorder }: StepContext) =>
  ({ kind: _kind, text, ...amounts }: BuildProgress): void => {
    void recorder.record(phaseProgressed("copy", text, { host: session.host.name, ...amounts }));
  };

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

function knownStorePath(text: string): StorePath {
  const path = parseStorePath(text);
  if (path === undefined) throw new Error(`a plan that passed its check names the store path ${text}`);
  return path;
}
