/**
 * Confirms an activation over a connection of its own: proof that the host can still be reached. Health comes first; a host that
 * is not healthy in time is told to go back, and one that cannot be reached goes back by itself.
 */
import type { Awaiting } from "../domain/host/awaiting.ts";
import { healthTrouble, parseHealth } from "../domain/host/health.ts";
import { refusalOf } from "../domain/host/refusal.ts";
import { confirmCommand, type HostCommand, healthCommand, rejectCommand } from "../domain/host/verbs.ts";
import type { ActivationId, StorePath } from "../domain/ids.ts";
import type { HostFacts } from "../domain/observation/facts.ts";
import { phaseEnded, phaseProgressed, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { observe } from "./observe.ts";
import type { HostSession } from "./session.ts";
import type { StepContext } from "./step-context.ts";

const ASK_TIMEOUT_MS = 30_000;
const PAUSE_MS = 1_000;
/** Kept free at the end, so that a verdict still reaches the host in time. */
const RESERVE_MS = 5_000;
/** A service that starts and dies a second later is not healthy: good news has to hold. */
const LOOKS_IN_A_ROW = 2;

export interface Confirming {
  readonly run: ActivationId;
  readonly awaiting: Awaiting;
  /** Whose health checks count; null when nothing is managed any more. */
  readonly system: StorePath | null;
  readonly before: HostFacts | undefined;
}

/** Gives the failure that stood in the way, if any; the host's own verdict comes with the activation's result. */
export async function confirmActivation(confirming: Confirming, context: StepContext): Promise<Failure | undefined> {
  const { session, recorder, clock, interruption } = context;
  const host = session.host.name;
  const startedAt = clock.now();
  const deadline = startedAt + confirming.awaiting.secondsLeft * 1000 - RESERVE_MS;
  await recorder.record(phaseStarted("health", host));
  const fresh = await reach(session, deadline, context);
  const error = fresh.ok ? await judge(fresh.value, confirming, deadline, context) : fresh.error;
  if (fresh.ok) await fresh.value.close();
  const end = { host, ms: clock.now() - startedAt };
  await recorder.record(phaseEnded("health", error === undefined ? end : { ...end, error }));
  return interruption.detached.aborted ? undefined : error;
}

/** The network may come back a moment after the change: tried until nearly the end. */
async function reach(
  session: HostSession,
  deadline: number,
  { clock, interruption }: StepContext,
): Promise<Result<HostSession>> {
  for (;;) {
    const fresh = await session.openFresh(interruption.detached);
    if (fresh.ok || interruption.detached.aborted || clock.now() + PAUSE_MS > deadline) return fresh;
    await clock.sleep(PAUSE_MS, interruption.detached);
  }
}

async function judge(
  fresh: HostSession,
  confirming: Confirming,
  deadline: number,
  context: StepContext,
): Promise<Failure | undefined> {
  const { run, awaiting } = confirming;
  const trouble = await troubleUntil(fresh, confirming, deadline, context);
  if (!trouble.ok) return trouble.error;
  const host = fresh.host.name;
  if (trouble.value === undefined) return tell(fresh, confirmCommand(run, awaiting.token), context);
  await tell(fresh, rejectCommand(run, awaiting.token, `not healthy: ${trouble.value}`), context);
  return failure("host/unhealthy", "the host is not healthy after the change", { host, found: trouble.value });
}

/** Looks until all is well often enough in a row, or until the deadline; then what is wrong. */
async function troubleUntil(
  fresh: HostSession,
  confirming: Confirming,
  deadline: number,
  { clock, interruption, recorder }: StepContext,
): Promise<Result<string | undefined>> {
  for (let good = 0; ; ) {
    const trouble = await lookAtHealth(fresh, confirming, interruption.detached);
    if (!trouble.ok) return trouble;
    good = trouble.value === undefined ? good + 1 : 0;
    if (good >= looksNeeded(confirming) || interruption.detached.aborted) return trouble;
    if (clock.now() + PAUSE_MS > deadline) return trouble.value === undefined ? trouble : ok(trouble.value);
    if (trouble.value !== undefined)
      void recorder.record(phaseProgressed("health", trouble.value, { host: fresh.host.name }));
    await clock.sleep(PAUSE_MS, interruption.detached);
  }
}

const looksNeeded = ({ system }: Confirming): number => (system === null ? 1 : LOOKS_IN_A_ROW);

/** One look: what is wrong, or nothing. Units that had failed before the change do not count. */
export async function lookAtHealth(
  fresh: HostSession,
  { system, before }: Pick<Confirming, "system" | "before">,
  signal: AbortSignal,
): Promise<Result<string | undefined>> {
  const [facts, checks] = await Promise.all([
    observe(fresh, signal),
    system === null ? ok([]) : checkHealth(fresh, system, signal),
  ]);
  if (!facts.ok) return facts;
  if (!checks.ok) return checks;
  const now = facts.value.failedUnits;
  const earlier = before?.failedUnits;
  return ok(
    healthTrouble(checks.value, {
      before: earlier?.kind === "known" ? earlier.value : [],
      now: now.kind === "known" && earlier?.kind === "known" ? now.value : [],
    }),
  );
}

async function checkHealth(session: HostSession, system: StorePath, signal: AbortSignal) {
  const answer = await session.ask(healthCommand(system), { timeoutMs: ASK_TIMEOUT_MS, signal });
  if (!answer.ok) return answer;
  if (answer.value.code !== 0) return err(refusalOf(answer.value.records, answer.value.code));
  return parseHealth(answer.value.records);
}

async function tell(
  fresh: HostSession,
  command: HostCommand,
  { interruption }: StepContext,
): Promise<Failure | undefined> {
  const answer = await fresh.ask(command, { timeoutMs: ASK_TIMEOUT_MS, signal: interruption.detached });
  if (!answer.ok) return answer.error;
  return answer.value.code === 0 ? undefined : refusalOf(answer.value.records, answer.value.code);
}
