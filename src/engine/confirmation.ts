/**
 * Confirms an activation over a connection of its own: proof that the host can still be reached. Health comes first; a host that
 * is not healthy in time is told to go back, and one that cannot be reached goes back by itself.
 */

import type { Awaiting } from "../domain/host/awaiting.ts";
import { confirmCommand, type HostCommand, rejectCommand } from "../domain/host/verbs.ts";
import type { ActivationId } from "../domain/ids.ts";
import { phaseEnded, phaseProgressed, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import type { Result } from "../domain/outcome/result.ts";
import { mayComeBack } from "./activation.ts";
import { askRecords } from "./ask-records.ts";
import type { Looking } from "./health/look.ts";
import { waitUntilHealthy } from "./health/wait.ts";
import type { HostSession } from "./session.ts";
import type { StepContext } from "./step-context.ts";

const ASK_TIMEOUT_MS = 30_000;
const PAUSE_MS = 1_000;
/** Kept free at the end, so that a verdict still reaches the host in time. */
const RESERVE_MS = 5_000;

export interface Confirming extends Looking {
  readonly run: ActivationId;
  readonly awaiting: Awaiting;
}

/** Gives the failure that stood in the way, if any; the host's own verdict comes with the activation's result. */
export async function confirmActivation(confirming: Confirming, context: StepContext): Promise<Failure | undefined> {
  const { session, recorder, clock, interruption } = context;
  const host = session.host.name;
  const startedAt = clock.now();
  const deadline = startedAt + confirming.awaiting.secondsLeft * 1000 - RESERVE_MS;
  await recorder.record(phaseStarted("health", host));
  const fresh = await reach(session, deadline, context);
  const error = fresh.ok
    ? await judge(fresh.value, confirming, deadline, context)
    : await sendBack(fresh.error, confirming, context);
  if (fresh.ok) await fresh.value.close();
  const end = { host, ms: clock.now() - startedAt };
  await recorder.record(phaseEnded("health", error === undefined ? end : { ...end, error }));
  return interruption.detached.aborted ? undefined : error;
}

/**
 * The network may come back a moment after the change: tried until nearly the end. Somebody who is not let in is not let in by
 * asking again, and may be banned for it.
 */
async function reach(
  session: HostSession,
  deadline: number,
  { clock, interruption }: StepContext,
): Promise<Result<HostSession>> {
  for (;;) {
    const fresh = await session.openFresh(interruption.detached);
    if (fresh.ok || !mayComeBack(fresh.error)) return fresh;
    if (interruption.detached.aborted || clock.now() + PAUSE_MS > deadline) return fresh;
    await clock.sleep(PAUSE_MS, interruption.detached);
  }
}

/** Nobody new gets in, but the connection from before may still be there to say so; else the host finds out by itself. */
async function sendBack(error: Failure, { run, awaiting }: Confirming, context: StepContext): Promise<Failure> {
  if (!mayComeBack(error)) {
    await tell(context.session, rejectCommand(run, awaiting.token, `nobody can log in anew: ${error.what}`), context);
  }
  return error;
}

async function judge(
  fresh: HostSession,
  confirming: Confirming,
  deadline: number,
  context: StepContext,
): Promise<Failure | undefined> {
  const { run, awaiting } = confirming;
  const trouble = await waitUntilHealthy(fresh, confirming, {
    clock: context.clock,
    probes: context.probes,
    signal: context.interruption.detached,
    deadlineMs: deadline,
    onTrouble: (because) => void context.recorder.record(phaseProgressed("health", because, { host: fresh.host.name })),
  });
  if (!trouble.ok) return trouble.error;
  const host = fresh.host.name;
  if (trouble.value === undefined) return tell(fresh, confirmCommand(run, awaiting.token), context);
  await tell(fresh, rejectCommand(run, awaiting.token, `not healthy: ${trouble.value}`), context);
  return failure("host/unhealthy", "the host is not healthy after the change", { host, found: trouble.value });
}

async function tell(
  fresh: HostSession,
  command: HostCommand,
  { interruption }: StepContext,
): Promise<Failure | undefined> {
  const told = await askRecords(fresh, command, { timeoutMs: ASK_TIMEOUT_MS, signal: interruption.detached });
  return told.ok ? undefined : told.error;
}
