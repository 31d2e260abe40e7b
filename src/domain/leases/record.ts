/** The lease of one group as a record that is read, changed and written back, for stores that keep nothing but text. */
import { z } from "zod";
import type { RunId } from "../ids.ts";
import type { Lease } from "./lease.ts";

const schema = z.strictObject({
  v: z.literal(1),
  /** Of the latest owner; kept when nobody holds the lease, so that it only grows. */
  epoch: z.int().positive(),
  lease: z
    .strictObject({
      run: z.string(),
      owner: z.string(),
      reason: z.string(),
      acquiredAt: z.number(),
      expiresAt: z.number(),
    })
    .nullable(),
});

export type LeaseRecord = z.infer<typeof schema>;

export interface Claim {
  readonly run: RunId;
  readonly owner: string;
  readonly reason: string;
  readonly ttlMs: number;
  /** A run that is known to be dead: its lease need not expire first. */
  readonly instead?: RunId;
}

export type Taking =
  | { readonly kind: "taken"; readonly next: LeaseRecord }
  | { readonly kind: "held"; readonly by: NonNullable<LeaseRecord["lease"]>; readonly epoch: number };

/** The same run that asks again gets another epoch: the process it had before is no longer the owner. */
export function takeLease(now: LeaseRecord | null, claim: Claim, nowMs: number): Taking {
  const { run, owner, reason, ttlMs, instead } = claim;
  const held = now?.lease ?? null;
  const isInTheWay = held !== null && held.run !== run && held.run !== instead && held.expiresAt > nowMs;
  if (isInTheWay) return { kind: "held", by: held, epoch: now?.epoch ?? 1 };
  const lease = { run, owner, reason, acquiredAt: nowMs, expiresAt: nowMs + ttlMs };
  return { kind: "taken", next: { v: 1, epoch: (now?.epoch ?? 0) + 1, lease } };
}

/** Undefined when the lease has another owner by now. An expired one that nobody took is still its owner's. */
export function renewLease(
  now: LeaseRecord | null,
  { run, epoch, ttlMs }: { readonly run: RunId; readonly epoch: number; readonly ttlMs: number },
  nowMs: number,
): LeaseRecord | undefined {
  if (now?.lease?.run !== run || now.epoch !== epoch) return undefined;
  return { ...now, lease: { ...now.lease, expiresAt: nowMs + ttlMs } };
}

/** Undefined when nobody holds it. */
export const freeLease = (now: LeaseRecord | null): LeaseRecord | undefined =>
  now === null || now.lease === null ? undefined : { ...now, lease: null };

export const leaseOf = (group: string, now: LeaseRecord | null): Lease | null =>
  now === null || now.lease === null ? null : { group, epoch: now.epoch, ...now.lease };

export const recordText = (record: LeaseRecord): string => JSON.stringify(record);

export function parseRecord(text: string): LeaseRecord | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
