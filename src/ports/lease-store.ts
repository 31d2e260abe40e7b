/**
 * Ownership of groups by runs, shared by several operators and CI jobs: a lease expires unless it is renewed, and each owner has an
 * epoch above all before it, by which hosts refuse whoever was the owner once. Fails with `lease/store` when the store cannot be asked,
 * which is never taken for a grant.
 */
import type { RunId } from "../domain/ids.ts";
import type { Fence, Lease } from "../domain/leases/lease.ts";
import type { Claim } from "../domain/leases/record.ts";
import type { Result } from "../domain/outcome/result.ts";

export interface LeaseStore {
  /** A run that has the lease gets it again, under another epoch. */
  acquire(group: string, claim: Claim, signal: AbortSignal): Promise<Result<LeaseAnswer>>;
  renew(
    group: string,
    held: { readonly run: RunId; readonly epoch: number; readonly ttlMs: number },
    signal: AbortSignal,
  ): Promise<Result<"renewed" | "lost">>;
  /** Does nothing when the lease has another owner by now. */
  release(
    group: string,
    held: { readonly run: RunId; readonly epoch: number },
    signal: AbortSignal,
  ): Promise<Result<void>>;
  /** Null when nobody holds the lease; an expired one may still be told. */
  read(group: string, signal: AbortSignal): Promise<Result<Lease | null>>;
  /** Takes the lease away from whoever holds it. The reason goes into an audit where the store has one. */
  break(group: string, reason: string, signal: AbortSignal): Promise<Result<void>>;
  close(): Promise<void>;
}

export type LeaseAnswer =
  | { readonly kind: "granted"; readonly fence: Fence }
  | { readonly kind: "held"; readonly by: Lease };
