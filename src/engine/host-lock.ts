/** The host's lock for the length of one host's work: acquired, kept alive, released. */
import { refusalOf } from "../domain/host/refusal.ts";
import { acquireLockCommand, releaseLockCommand, renewLockCommand } from "../domain/host/verbs.ts";
import type { RunId, StorePath } from "../domain/ids.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Clock } from "../ports/clock.ts";
import type { HostSession } from "./session.ts";

/** Long enough for a lost connection to come back, short enough that a dead run blocks nobody for long. */
const LOCK_TTL_SECONDS = 300;
const LOCK_TIMEOUT_MS = 30_000;

export interface HeldLock {
  /** Stops the heartbeat and gives the lock back; a host that cannot be reached lets it expire. */
  release(): Promise<void>;
}

/** Fails with `host/locked`, naming the holder. `system` is kept from garbage collection while the lock is held. */
export async function holdLock(
  session: HostSession,
  request: { readonly run: RunId; readonly owner: string; readonly reason: string; readonly system: StorePath | null },
  clock: Clock,
  signal: AbortSignal,
): Promise<Result<HeldLock>> {
  const { run, owner, reason, system } = request;
  const command = acquireLockCommand({
    run,
    owner,
    reason,
    ttlSeconds: LOCK_TTL_SECONDS,
    ...(system === null ? {} : { system }),
  });
  const answer = await session.ask(command, { timeoutMs: LOCK_TIMEOUT_MS, signal });
  const host = session.host.name;
  if (!answer.ok) return err({ ...answer.error, host });
  if (answer.value.code !== 0) return err({ ...refusalOf(answer.value.records, answer.value.code), host });
  const heartbeat = new AbortController();
  const beating = keepAlive(session, run, clock, heartbeat.signal);
  return ok({
    async release() {
      heartbeat.abort();
      await beating;
      await session.ask(releaseLockCommand(run), {
        timeoutMs: LOCK_TIMEOUT_MS,
        signal: AbortSignal.timeout(LOCK_TIMEOUT_MS),
      });
    },
  });
}

async function keepAlive(session: HostSession, run: RunId, clock: Clock, stop: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep((LOCK_TTL_SECONDS * 1000) / 3, stop);
    if (stop.aborted) return;
    // A renewal that fails costs nothing yet: two more follow before the lock expires.
    await session.ask(renewLockCommand(run, LOCK_TTL_SECONDS), { timeoutMs: LOCK_TIMEOUT_MS, signal: stop });
  }
}
