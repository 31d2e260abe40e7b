/** The leases of groups, for people: who has them, and taking them away. */
import type { Lease } from "../domain/leases/lease.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { LeaseStore } from "../ports/lease-store.ts";

const STORE_TIMEOUT_MS = 30_000;

export interface GroupLease {
  readonly group: string;
  /** Null when nobody has it. */
  readonly lease: Lease | null;
}

/** Fails with `lease/store`. */
export async function readLeases(groups: readonly string[], leases: LeaseStore): Promise<Result<GroupLease[]>> {
  const states: GroupLease[] = [];
  for (const group of groups) {
    const lease = await leases.read(group, AbortSignal.timeout(STORE_TIMEOUT_MS));
    if (!lease.ok) return err(lease.error);
    states.push({ group, lease: lease.value });
  }
  return ok(states);
}

/** A run that is alive notices at its next renewal, and starts no further host. */
export async function breakLeases(
  groups: readonly string[],
  reason: string,
  leases: LeaseStore,
): Promise<Result<void>> {
  for (const group of groups) {
    const broken = await leases.break(group, reason, AbortSignal.timeout(STORE_TIMEOUT_MS));
    if (!broken.ok) return broken;
  }
  return ok(undefined);
}
