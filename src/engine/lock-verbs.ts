/** Looks at a host's lock, or takes it away from whoever holds it. */
import { lockIn } from "../domain/host/lock.ts";
import { recordText } from "../domain/host/records.ts";
import { refusalOf } from "../domain/host/refusal.ts";
import { breakLockCommand, type HostCommand, lockStatusCommand } from "../domain/host/verbs.ts";
import type { HostLock } from "../domain/observation/facts.ts";
import { failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
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
  const host = session.host.name;
  const answer = await session.ask(command, { timeoutMs: LOCK_TIMEOUT_MS, signal });
  if (!answer.ok) return err({ ...answer.error, host });
  const { records, code } = answer.value;
  if (code !== 0) return err({ ...refusalOf(records, code), host });
  const lock = lockIn(records);
  if (lock === undefined) return err(failure("host/facts", 'the host reported no usable "lock"', { host }));
  return ok({ lock, activation: recordText(records, "activation") ?? null });
}
