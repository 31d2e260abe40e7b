/** Copies a closure into the host's store, over the connection that is open already. */

import { parseStorePath, type StorePath } from "../../domain/ids.ts";
import { phaseProgressed } from "../../domain/outcome/event-bodies.ts";
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
  if (!copied.ok) return { kind: "failed", error: { ...copied.error, host } };
  return copied.value.copiedPaths === 0 ? { kind: "already-done" } : { kind: "done" };
}

function knownStorePath(text: string): StorePath {
  const path = parseStorePath(text);
  if (path === undefined) throw new Error(`a plan that passed its check names the store path ${text}`);
  return path;
}
