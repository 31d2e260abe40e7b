/** Leases in etcd: keys that go with etcd's own leases, so that its clock alone decides. Revisions of the store are the epochs. */
import { z } from "zod";
import type { Lease } from "../../domain/leases/lease.ts";
import type { Claim } from "../../domain/leases/record.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { LeaseAnswer, LeaseStore } from "../../ports/lease-store.ts";
import { base64, type EtcdGateway, etcdGateway, fromBase64 } from "../etcd/gateway.ts";

const PREFIX = "nixfleet/leases/";
const ATTEMPTS = 20;

const valueSchema = z.object({ run: z.string(), owner: z.string(), reason: z.string(), acquiredAt: z.number() });

/** @param endpoints of one cluster, tried in turn */
export function etcdLeases(endpoints: readonly string[]): LeaseStore {
  const etcd = etcdGateway(endpoints, (found) => failure("lease/store", "etcd cannot be asked for leases", { found }));
  return {
    acquire: (group, claim, signal) => acquire(etcd, group, claim, signal),
    async renew(group, { run, epoch }, signal) {
      const entry = await entryOf(etcd, group, signal);
      if (!entry.ok) return entry;
      if (entry.value?.value.run !== run || entry.value.epoch !== epoch) return ok("lost");
      const kept = await etcd.ask<Kept>("/v3/lease/keepalive", { ID: entry.value.lease }, signal);
      if (!kept.ok) return kept;
      return ok(Number(kept.value.result?.TTL ?? 0) > 0 ? "renewed" : "lost");
    },
    async release(group, { run, epoch }, signal) {
      const entry = await entryOf(etcd, group, signal);
      if (!entry.ok) return entry;
      if (entry.value?.value.run !== run || entry.value.epoch !== epoch) return ok(undefined);
      return revoke(etcd, entry.value.lease, signal);
    },
    async read(group, signal) {
      const entry = await entryOf(etcd, group, signal);
      if (!entry.ok || entry.value === null) return entry.ok ? ok(null) : entry;
      return leaseIn(etcd, group, entry.value, signal);
    },
    async break(group, _reason, signal) {
      const gone = await etcd.ask("/v3/kv/deleterange", { key: keyOf(group) }, signal);
      return gone.ok ? ok(undefined) : gone;
    },
    close: async () => {},
  };
}

interface Kept {
  readonly result?: { readonly TTL?: string };
}

interface Entry {
  readonly value: z.infer<typeof valueSchema>;
  readonly epoch: number;
  /** Id of etcd's own lease. */
  readonly lease: string;
}

interface RangeAnswer {
  readonly kvs?: readonly { readonly value?: string; readonly mod_revision?: string; readonly lease?: string }[];
}

/** Reads, and writes unless somebody was quicker; then reads again. */
async function acquire(
  etcd: EtcdGateway,
  group: string,
  claim: Claim,
  signal: AbortSignal,
): Promise<Result<LeaseAnswer>> {
  for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
    const entry = await entryOf(etcd, group, signal);
    if (!entry.ok) return entry;
    const holder = entry.value?.value.run;
    if (entry.value !== null && holder !== claim.run && holder !== claim.instead) {
      const by = await leaseIn(etcd, group, entry.value, signal);
      return by.ok ? ok({ kind: "held", by: by.value }) : by;
    }
    const written = await write(etcd, group, claim, entry.value?.epoch ?? 0, signal);
    if (!written.ok || written.value !== undefined) return written as Result<LeaseAnswer>;
  }
  return err(failure("lease/store", "the lease of the group changes too fast", { found: group, next: "try again" }));
}

interface TxnAnswer {
  readonly succeeded?: boolean;
  readonly header?: { readonly revision?: string; readonly cluster_id?: string };
}

/** Undefined when the key is no longer what it was at `seen`; 0 stands for a key that is not there. */
async function write(
  etcd: EtcdGateway,
  group: string,
  { run, owner, reason, ttlMs }: Claim,
  seen: number,
  signal: AbortSignal,
): Promise<Result<LeaseAnswer | undefined>> {
  const ttl = String(Math.ceil(ttlMs / 1000));
  const granted = await etcd.ask<{ readonly ID?: string }>("/v3/lease/grant", { TTL: ttl }, signal);
  if (!granted.ok) return granted;
  const lease = granted.value.ID;
  const key = keyOf(group);
  const value = base64(JSON.stringify({ run, owner, reason, acquiredAt: Date.now() }));
  const answer = await etcd.ask<TxnAnswer>(
    "/v3/kv/txn",
    {
      compare: [{ key, target: "MOD", result: "EQUAL", mod_revision: String(seen) }],
      success: [{ requestPut: { key, value, lease } }],
    },
    signal,
  );
  if (!answer.ok) return answer;
  if (answer.value.succeeded !== true) {
    const gone = await revoke(etcd, lease ?? "", signal);
    return gone.ok ? ok(undefined) : gone;
  }
  const { revision, cluster_id } = answer.value.header ?? {};
  return ok({ kind: "granted", fence: { scope: `etcd-${cluster_id}`, group, epoch: Number(revision) } });
}

async function entryOf(etcd: EtcdGateway, group: string, signal: AbortSignal): Promise<Result<Entry | null>> {
  const answer = await etcd.ask<RangeAnswer>("/v3/kv/range", { key: keyOf(group) }, signal);
  if (!answer.ok) return answer;
  const [entry] = answer.value.kvs ?? [];
  if (entry === undefined) return ok(null);
  const value = parseValue(fromBase64(entry.value));
  if (value !== undefined) {
    return ok({ value, epoch: Number(entry.mod_revision ?? 0), lease: entry.lease ?? "0" });
  }
  return err(failure("lease/store", "etcd holds something else than a lease", { found: `${PREFIX}${group}` }));
}

/** What is left of it is etcd's to say. */
async function leaseIn(
  etcd: EtcdGateway,
  group: string,
  { value, epoch, lease }: Entry,
  signal: AbortSignal,
): Promise<Result<Lease>> {
  const left = await etcd.ask<{ readonly TTL?: string }>("/v3/lease/timetolive", { ID: lease }, signal);
  if (!left.ok) return left;
  return ok({ group, epoch, ...value, expiresAt: Date.now() + Number(left.value.TTL ?? 0) * 1000 });
}

/** A lease that is gone by itself is gone as well. */
async function revoke(etcd: EtcdGateway, lease: string, signal: AbortSignal): Promise<Result<void>> {
  const gone = await etcd.ask("/v3/lease/revoke", { ID: lease }, signal);
  return gone.ok || gone.error.found?.includes("requested lease not found") ? ok(undefined) : gone;
}

function parseValue(text: string): Entry["value"] | undefined {
  try {
    return valueSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const keyOf = (group: string): string => base64(`${PREFIX}${group}`);
