/** The leases of a run: all of its groups or none, kept alive while it works, given back at its end. */
import type { RunId } from "../domain/ids.ts";
import type { Fence, Lease } from "../domain/leases/lease.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { LeaseAnswer, LeaseStore } from "../ports/lease-store.ts";
import { isDeadRun } from "./dead-run.ts";

/** Short enough that a dead run blocks nobody for long, long enough for a store to be restarted. */
const TTL_MS = 60_000;
const POLL_MS = 2_000;
const STORE_TIMEOUT_MS = 30_000;

export interface HeldLeases {
  readonly fences: readonly Fence[];
  /** Aborts when one of them is lost, with the failure as its reason. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface LeaseRequest {
  /** Sorted, so that two runs that need the same ones cannot each hold one and wait. */
  readonly groups: readonly string[];
  readonly run: RunId;
  readonly owner: string;
  readonly reason: string;
  /** How long to wait for others, in milliseconds. */
  readonly waitMs: number;
  /** Told once, when there is somebody to wait for. */
  readonly onWait: (by: Lease) => void;
}

interface Tools {
  readonly leases: LeaseStore;
  readonly clock: Clock;
  readonly journal: Journal;
}

/** Fails with `lease/held`, naming the holder, and with `lease/store`; then none is held. */
export async function holdLeases(
  request: LeaseRequest,
  tools: Tools,
  signal: AbortSignal,
): Promise<Result<HeldLeases>> {
  const { clock } = tools;
  const deadline = clock.now() + request.waitMs;
  for (let told = false; ; ) {
    const taken = await takeAll(request, tools, signal);
    if (!taken.ok) return taken;
    if (!("by" in taken.value)) return ok(keepAlive(taken.value.fences, request, tools));
    const { by } = taken.value;
    if (signal.aborted || clock.now() + POLL_MS > deadline) return err(heldBy(by));
    if (!told) request.onWait(by);
    told = true;
    await clock.sleep(POLL_MS, signal);
  }
}

async function takeAll(
  request: LeaseRequest,
  tools: Tools,
  signal: AbortSignal,
): Promise<Result<{ readonly fences: readonly Fence[] } | { readonly by: Lease }>> {
  const fences: Fence[] = [];
  for (const group of request.groups) {
    const answer = await takeOne(group, request, tools, signal);
    if (answer.ok && answer.value.kind === "granted") {
      fences.push(answer.value.fence);
      continue;
    }
    await giveBack(fences, request.run, tools);
    if (!answer.ok) return answer;
    if (answer.value.kind === "held") return ok({ by: answer.value.by });
  }
  return ok({ fences });
}

/** The lease of a run of this machine that nobody carries out any more is taken over. */
async function takeOne(
  group: string,
  { run, owner, reason }: LeaseRequest,
  { leases, journal }: Tools,
  signal: AbortSignal,
): Promise<Result<LeaseAnswer>> {
  const claim = { run, owner, reason, ttlMs: TTL_MS };
  const answer = await leases.acquire(group, claim, signal);
  if (!answer.ok || answer.value.kind === "granted") return answer;
  const holder = answer.value.by.run as RunId;
  if (!(await isDeadRun(holder, journal))) return answer;
  return leases.acquire(group, { ...claim, instead: holder }, signal);
}

function keepAlive(fences: readonly Fence[], request: LeaseRequest, tools: Tools): HeldLeases {
  const lost = new AbortController();
  const stop = new AbortController();
  const beating = Promise.all(fences.map((fence) => beat(fence, request.run, tools, { lost, stop: stop.signal })));
  return {
    fences,
    lost: lost.signal,
    async release() {
      stop.abort();
      await beating;
      await giveBack(fences, request.run, tools);
    },
  };
}

async function beat(
  { group, epoch }: Fence,
  run: RunId,
  { leases, clock }: Tools,
  { lost, stop }: { readonly lost: AbortController; readonly stop: AbortSignal },
): Promise<void> {
  let renewedAt = clock.now();
  while (!stop.aborted && !lost.signal.aborted) {
    await clock.sleep(TTL_MS / 3, stop);
    if (stop.aborted) return;
    const limit = AbortSignal.any([stop, AbortSignal.timeout(STORE_TIMEOUT_MS)]);
    const renewed = await leases.renew(group, { run, epoch, ttlMs: TTL_MS }, limit);
    if (renewed.ok && renewed.value === "renewed") renewedAt = clock.now();
    else if (renewed.ok) lost.abort(lostTo(group, "another run has it, or somebody took it away"));
    // A store that does not answer is asked again for as long as the lease is ours for certain.
    else if (clock.now() - renewedAt >= TTL_MS) lost.abort(lostTo(group, renewed.error.found ?? renewed.error.what));
  }
}

async function giveBack(fences: readonly Fence[], run: RunId, { leases }: Tools): Promise<void> {
  for (const { group, epoch } of fences.toReversed()) {
    // What cannot be given back expires.
    await leases.release(group, { run, epoch }, AbortSignal.timeout(STORE_TIMEOUT_MS));
  }
}

const heldBy = ({ group, run, owner, reason, acquiredAt }: Lease): Failure =>
  failure("lease/held", `another run acts on the group ${group}`, {
    found: `${reason} by ${owner} since ${new Date(acquiredAt).toISOString().slice(0, 16)}Z, run ${run}`,
    next: "--lock-wait 10m waits for it",
  });

const lostTo = (group: string, why: string): Failure =>
  failure("lease/lost", `the lease of the group ${group} was lost`, { found: why });
