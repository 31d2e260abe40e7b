/** Looks at a host until its checks have proven that it is well, or that it is not. */

import { SOAK_RETRIES } from "../../domain/health/check.ts";
import { beginWatch, dueChecks, judge, noteAnswers, soaking, type Watch } from "../../domain/health/watch.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { Clock } from "../../ports/clock.ts";
import type { HostSession } from "../session.ts";
import { type Looking, type LookTools, lookAtHealth } from "./look.ts";

export interface Waiting extends LookTools {
  readonly clock: Clock;
  /** Milliseconds since the epoch; the last look is before it. */
  readonly deadlineMs: number;
  readonly onTrouble: (because: string) => void;
}

/** What is wrong in the end; undefined when the host is well, or when nobody waits for it any more. */
export const waitUntilHealthy = (
  session: HostSession,
  looking: Looking,
  waiting: Waiting,
): Promise<Result<string | undefined>> =>
  watchHealth(session, looking, beginWatch(looking.checks, waiting.clock.now()), waiting);

/** Whether a host that was well is so still: a check that fails is tried again before it is believed. */
export const stillHealthy = (
  session: HostSession,
  looking: Looking,
  waiting: Waiting,
): Promise<Result<string | undefined>> =>
  watchHealth(session, looking, beginWatch(soaking(looking.checks, SOAK_RETRIES), waiting.clock.now()), waiting);

async function watchHealth(
  session: HostSession,
  looking: Looking,
  begun: Watch,
  { clock, deadlineMs, onTrouble, ...tools }: Waiting,
): Promise<Result<string | undefined>> {
  let watch = begun;
  for (let names: readonly string[] | undefined; ; names = dueChecks(watch, clock.now())) {
    const look = await lookAtHealth(session, looking, tools, names);
    if (!look.ok) return look;
    watch = noteAnswers(watch, look.value, clock.now());
    const verdict = judge(watch, clock.now());
    if (verdict.kind === "healthy" || tools.signal.aborted) return ok(undefined);
    if (verdict.kind === "failed" || verdict.nextMs > deadlineMs) return ok(verdict.because);
    onTrouble(verdict.because);
    await clock.sleep(Math.max(0, verdict.nextMs - clock.now()), tools.signal);
  }
}
