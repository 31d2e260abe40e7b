/** Brings a closure into the host's store, over the connection that is open already. */
import { parseStorePath, type StorePath } from "../../domain/ids.ts";
import type { Step } from "../../domain/plan/plan.ts";
import type { CopyOutcome } from "../../ports/nix-builder.ts";
import { copyProgress, sendClosure, travelled } from "../send-closure.ts";
import type { StepContext } from "../step-context.ts";
import type { StepOutcome } from "../step-outcome.ts";
import { findClosure } from "./closure-source.ts";

type CopyStep = Extract<Step, { kind: "copy" }>;

export async function copyClosure(step: CopyStep, context: StepContext): Promise<StepOutcome> {
  const { session, recorder, interruption, early } = context;
  const host = session.host.name;
  const paths = [step.system, ...(step.description === undefined ? [] : [step.description])].map(knownStorePath);
  const before = await early?.takeOver(host);
  if (before !== undefined && (await isStillThere(paths, context))) return outcomeOf(before);
  const source = await findClosure(step, paths, context, copyProgress(host, recorder));
  if (!source.ok) return { kind: "failed", error: { ...source.error, host } };
  if (source.value.kind === "target") return { kind: source.value.built ? "done" : "already-done" };
  const sending = {
    paths,
    ...(source.value.kind === "here" ? {} : { from: source.value.store }),
    substitutes: step.substitutes === true,
    signal: interruption.detached,
  };
  const sent = await sendClosure(sending, context);
  return sent.ok ? outcomeOf(sent.value) : { kind: "failed", error: sent.error };
}

const outcomeOf = (copied: CopyOutcome): StepOutcome => ({ kind: travelled(copied) === 0 ? "already-done" : "done" });

/** Nothing kept what was sent early, until the host was locked. Where the daemon does not tell, it is sent once more. */
async function isStillThere(paths: readonly StorePath[], { session, builder, interruption }: StepContext) {
  const socket = await session.daemonSocket();
  if (!socket.ok) return false;
  const store = { kind: "daemon", socket: socket.value.localPath } as const;
  const there = await builder.present(paths, interruption.detached, store);
  return there.ok && paths.every((path) => there.value.has(path));
}

function knownStorePath(text: string): StorePath {
  const path = parseStorePath(text);
  if (path === undefined) throw new Error(`a plan that passed its check names the store path ${text}`);
  return path;
}
