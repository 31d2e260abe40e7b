/** The host's lock for the length of one host's work: acquired, kept alive, released. */
import { lockIn } from "../domain/host/lock.ts";
import type { HostAnswer } from "../domain/host/records.ts";
import { refusalOf } from "../domain/host/refusal.ts";
import { acquireLockCommand, releaseLockCommand, renewLockCommand } from "../domain/host/verbs.ts";
import { parseRunId, type RunId, type StorePath } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import type { Fence } from "../domain/leases/lease.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import { isDeadRun } from "./dead-run.ts";
import type { HostSession } from "./session.ts";

/** Long enough for a lost connection to come back, short enough that a dead run blocks nobody for long. */
const LOCK_TTL_SECONDS = 300;
const LOCK_TIMEOUT_MS = 30_000;
const POLL_MS = 2_000;
const LOCKED = 75;

export interface LockRequest {
  readonly run: RunId;
  readonly owner: string;
  readonly reason: string;
  readonly system: StorePath | null;
}

export interface LockTools {
  readonly clock: Clock;
  readonly journal: Journal;
  /** The run's leases of the host's groups. */
  readonly fencesOf: (host: ResolvedHost) => readonly Fence[];
  /** How long to wait for another holder. */
  readonly lockWaitMs: number;
}

export interface HeldLock {
  /** Stops the heartbeat and gives the lock back; a host that cannot be reached lets it expire. */
  release(): Promise<void>;
}

/**
 * Fails with `host/locked`, naming the holder. `system` is kept from garbage collection while the lock is held. The lock of
 * a run of this machine that died is taken over.
 */
export async function holdLock(
  session: HostSession,
  request: LockRequest,
  { clock, journal, fencesOf, lockWaitMs }: LockTools,
  signal: AbortSignal,
): Promise<Result<HeldLock>> {
  const { run, owner, reason, system } = request;
  const host = session.host.name;
  const acquire = (dead?: RunId) => {
    const wanted = { run, owner, reason, ttlSeconds: LOCK_TTL_SECONDS, fences: fencesOf(session.host) };
    const more = { ...(system === null ? {} : { system }), ...(dead === undefined ? {} : { instead: dead }) };
    return session.ask(acquireLockCommand({ ...wanted, ...more }), { timeoutMs: LOCK_TIMEOUT_MS, signal });
  };
  const deadline = clock.now() + lockWaitMs;
  let answer = await acquire();
  for (;;) {
    const dead = answer.ok ? await deadHolder(answer.value, journal) : undefined;
    if (dead !== undefined) answer = await acquire(dead);
    if (!answer.ok || answer.value.code !== LOCKED || signal.aborted || clock.now() + POLL_MS > deadline) break;
    await clock.sleep(POLL_MS, signal);
    answer = await acquire();
  }
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

async function deadHolder({ records, code }: HostAnswer, journal: Journal): Promise<RunId | undefined> {
  const holder = code === 0 ? undefined : parseRunId(lockIn(records)?.run ?? "");
  return holder !== undefined && (await isDeadRun(holder, journal)) ? holder : undefined;
}

async function keepAlive(session: HostSession, run: RunId, clock: Clock, stop: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep((LOCK_TTL_SECONDS * 1000) / 3, stop);
    if (stop.aborted) return;
    // A renewal that fails costs nothing yet: two more follow before the lock expires.
    await session.ask(renewLockCommand(run, LOCK_TTL_SECONDS), { timeoutMs: LOCK_TIMEOUT_MS, signal: stop });
  }
}
