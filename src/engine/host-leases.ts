/** Leases that a host of the fleet keeps, reached like every other host. */
import {
  acquireLeaseCommand,
  breakLeaseCommand,
  type KeptLease,
  leaseIn,
  leaseStatusCommand,
  releaseLeaseCommand,
  renewLeaseCommand,
} from "../domain/host/lease-verbs.ts";
import type { HostAnswer } from "../domain/host/records.ts";
import { refusalOf } from "../domain/host/refusal.ts";
import type { HostCommand } from "../domain/host/verbs.ts";
import type { HostName } from "../domain/ids.ts";
import type { ResolvedHost } from "../domain/inventory/resolved.ts";
import { type Failure, failure } from "../domain/outcome/failure.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { LeaseStore } from "../ports/lease-store.ts";
import { addressOf, type FleetOptions } from "./fleet.ts";
import { type HostSession, openSession } from "./session.ts";

const ASK_TIMEOUT_MS = 30_000;
const LOCKED = 75;
const MOVED = 76;

/** The store on a host of the inventory; it is not connected to before it is asked. Fails with `lease/store-settings`. */
export function leasesOnHost(
  name: HostName,
  hosts: readonly ResolvedHost[],
  reach: FleetOptions,
  now: () => number,
): Result<LeaseStore> {
  const host = hosts.find((candidate) => candidate.name === name);
  if (host === undefined) {
    return err(
      failure("lease/store-settings", `fleet.leases names the host ${name}, which the inventory does not have`, {
        found: `host:${name}`,
      }),
    );
  }
  const { transport, program, elevation } = reach;
  const connect = (signal: AbortSignal) => transport.connect(addressOf(host), signal);
  return ok(hostLeases((signal) => openSession(host, { connect, program, elevation }, signal), now));
}

/** @param open connects, once it is needed */
export function hostLeases(open: (signal: AbortSignal) => Promise<Result<HostSession>>, now: () => number): LeaseStore {
  let session: Promise<Result<HostSession>> | undefined;
  const ask = async (command: HostCommand, signal: AbortSignal): Promise<Result<HostAnswer>> => {
    session ??= open(signal);
    const opened = await session;
    if (!opened.ok) return err(trouble(opened.error));
    let answer = await opened.value.ask(command, { timeoutMs: ASK_TIMEOUT_MS, signal });
    // A lease is renewed for hours, and a connection may be lost in that time.
    if (!answer.ok && (await opened.value.reconnect(signal)).ok) {
      answer = await opened.value.ask(command, { timeoutMs: ASK_TIMEOUT_MS, signal });
    }
    return answer.ok ? answer : err(trouble(answer.error));
  };
  const done = ({ code, records }: HostAnswer): Result<void> =>
    code === 0 ? ok(undefined) : err(trouble(refusalOf(records, code)));
  const told = (group: string, { records }: HostAnswer): Result<KeptLease | null> => leaseIn(group, records, now());
  return {
    async acquire(group, claim, signal) {
      const answer = await ask(acquireLeaseCommand(group, claim), signal);
      if (!answer.ok) return answer;
      const { code } = answer.value;
      const kept = told(group, answer.value);
      if (!kept.ok) return kept;
      if (code === LOCKED && kept.value !== null) return ok({ kind: "held", by: kept.value.lease });
      const finished = done(answer.value);
      if (!finished.ok) return finished;
      const scope = kept.value?.scope ?? null;
      if (kept.value === null || scope === null) return err(trouble(failure("host/facts", "the host told no lease")));
      return ok({ kind: "granted", fence: { scope, group, epoch: kept.value.lease.epoch } });
    },
    async renew(group, { run, epoch, ttlMs }, signal) {
      const answer = await ask(renewLeaseCommand(group, run, epoch, ttlMs), signal);
      if (!answer.ok) return answer;
      if (answer.value.code === MOVED) return ok("lost");
      const finished = done(answer.value);
      return finished.ok ? ok("renewed") : finished;
    },
    async release(group, { run, epoch }, signal) {
      const answer = await ask(releaseLeaseCommand(group, run, epoch), signal);
      return answer.ok ? done(answer.value) : answer;
    },
    async read(group, signal) {
      const answer = await ask(leaseStatusCommand(group), signal);
      if (!answer.ok) return answer;
      const finished = done(answer.value);
      if (!finished.ok) return finished;
      const kept = told(group, answer.value);
      return kept.ok ? ok(kept.value?.lease ?? null) : kept;
    },
    async break(group, reason, signal) {
      const answer = await ask(breakLeaseCommand(group, reason), signal);
      return answer.ok ? done(answer.value) : answer;
    },
    async close() {
      const opened = await session;
      if (opened?.ok) await opened.value.close();
    },
  };
}

const trouble = (cause: Failure): Failure =>
  failure("lease/store", "the host that keeps the leases cannot be asked", { found: cause.what, cause });
