/** The verbs by which a host keeps the leases of the fleet. */
import type { RunId } from "../ids.ts";
import type { Lease } from "../leases/lease.ts";
import type { Claim } from "../leases/record.ts";
import { failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";
import type { HostRecord } from "./protocol.ts";
import { recordText } from "./records.ts";
import type { HostCommand } from "./verbs.ts";

export const acquireLeaseCommand = (group: string, { run, owner, reason, ttlMs, instead }: Claim): HostCommand =>
  command("acquire", group, run, owner, seconds(ttlMs), reason, instead ?? "-");

export const renewLeaseCommand = (group: string, run: RunId, epoch: number, ttlMs: number): HostCommand =>
  command("renew", group, run, String(epoch), seconds(ttlMs));

export const releaseLeaseCommand = (group: string, run: RunId, epoch: number): HostCommand =>
  command("release", group, run, String(epoch));

export const breakLeaseCommand = (group: string, reason: string): HostCommand => command("break", group, reason);

export const leaseStatusCommand = (group: string): HostCommand => command("status", group);

export interface KeptLease {
  /** Its times are by this machine's clock, as far as the answer was on its way for no time. */
  readonly lease: Lease;
  /** What the owner's epochs belong to; told to owners. */
  readonly scope: string | null;
}

/** Null when nobody holds it. Fails with `host/facts`. */
export function leaseIn(group: string, records: readonly HostRecord[], nowMs: number): Result<KeptLease | null> {
  const text = recordText(records, "lease");
  if (text === undefined) return ok(null);
  const [epoch, run, owner, reason, acquired, expires, now, ...more] = text.split("\t");
  const numbers = [epoch, acquired, expires, now].map((word) =>
    /^[0-9]{1,12}$/.test(word ?? "") ? Number(word) : NaN,
  );
  const [epochNumber = 0, acquiredAt = 0, expiresAt = 0, hostNow = 0] = numbers;
  if (!run || owner === undefined || reason === undefined || more.length > 0 || numbers.some(Number.isNaN)) {
    return err(failure("host/facts", 'the host reported no usable "lease"', { found: text.slice(0, 200) }));
  }
  const here = (at: number): number => nowMs + (at - hostNow) * 1000;
  const lease = {
    group,
    epoch: epochNumber,
    run,
    owner,
    reason,
    acquiredAt: here(acquiredAt),
    expiresAt: here(expiresAt),
  };
  return ok({ lease, scope: recordText(records, "lease.scope") ?? null });
}

const command = (action: string, ...words: readonly string[]): HostCommand => ({
  verb: "lease",
  args: [action, ...words],
  payload: new Uint8Array(0),
});

const seconds = (ms: number): string => String(Math.ceil(ms / 1000));
