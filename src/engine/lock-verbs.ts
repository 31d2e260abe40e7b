/** Looks at a host's lock, or takes it away from whoever holds it. */
import { lockIn } from "../domain/host/lock.ts";
import { recordText } from "../domain/host/records.ts";
import { breakLockCommand, type HostCommand, lockStatusCommand } from "../domain/host/verbs.ts";
import type { HostLock } from "../domain/observation/facts.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import { askRecords } from "./ask-records.ts";
import type { HostSession } from "./session.ts";

export interface LockState {
  /** Null when nobody holds it. */
  readonly lock: HostLock | null;
  /** The run whose activation is going on. */
  readonly activation: string | null;
}

const LOCK_TIMEOUT_MS = 30_000;

export const lockStatus = (session: HostSession, signal: AbortSignal): Promise<Result<LockState>> =>
  ask(session, lockStatusCommand(), signal);

/** Writes the reason into the host's audit. Fails with `host/locked` while an activation is going on. */
export const breakLock = (session: HostSession, reason: string, signal: AbortSignal): Promise<Result<LockState>> =>
  ask(session, breakLockCommand(reason), signal);

async function ask(session: HostSession, command: HostCommand, signal: AbortSignal): Promise<Result<LockState>> {
  const records = await askRecords(session, command, { timeoutMs: LOCK_TIMEOUT_MS, signal });
  if (!records.ok) return records;
  const lock = lockIn(records.value);
  if (lock === undefined) {
    return err(failure("host/facts", 'the host reported no usable "lock"', { host: session.host.name }));
  }
  return ok({ lock, activation: recordText(records.value, "activation") ?? null });
}
