/** What every store of leases promises; the same suite for files, etcd and hosts. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RunId } from "../../src/domain/ids.ts";
import type { Claim } from "../../src/domain/leases/record.ts";
import type { LeaseStore } from "../../src/ports/lease-store.ts";

export const never = new AbortController().signal;

let groups = 0;
export function freshGroup(): string {
  groups += 1;
  return `group-${process.pid}-${groups}`;
}

const runOf = (letter: string): RunId => `01JD4000000000000000000${letter.toUpperCase().padStart(3, "0")}` as RunId;

export const claimOf = (letter: string, more: Partial<Claim> = {}): Claim => ({
  run: runOf(letter),
  owner: `${letter}@desk`,
  reason: "apply",
  ttlMs: 60_000,
  ...more,
});

/** `open` gives another controller's view of the same leases. */
export function keepsTheLeaseContract(open: () => LeaseStore): void {
  const granted = async (store: LeaseStore, group: string, claim: Claim): Promise<number> => {
    const answer = await store.acquire(group, claim, never);
    if (!answer.ok) throw new Error(`${answer.error.what}: ${answer.error.found}`);
    if (answer.value.kind !== "granted") throw new Error(`${group} is held by ${answer.value.by.run}`);
    return answer.value.fence.epoch;
  };

  test("a lease has one owner, and whoever comes second is told who, since when and why", async () => {
    const [store, other, group] = [open(), open(), freshGroup()];
    await granted(store, group, claimOf("a", { reason: "os-update" }));
    const answer = await other.acquire(group, claimOf("b"), never);
    expect(answer).toMatchObject({
      value: { kind: "held", by: { group, run: runOf("a"), owner: "a@desk", reason: "os-update" } },
    });
    const lease = await other.read(group, never);
    if (!lease.ok || lease.value === null) throw new Error("nobody holds it");
    expect(Math.abs(lease.value.acquiredAt - Date.now())).toBeLessThan(30_000);
    expect(lease.value.expiresAt).toBeGreaterThan(lease.value.acquiredAt);
  });

  test("a lease that was given back is free, and its next owner has a higher epoch", async () => {
    const [store, group] = [open(), freshGroup()];
    const epoch = await granted(store, group, claimOf("a"));
    expect((await store.release(group, { run: runOf("a"), epoch }, never)).ok).toBe(true);
    expect(await store.read(group, never)).toEqual({ ok: true, value: null });
    expect(await granted(store, group, claimOf("b"))).toBeGreaterThan(epoch);
  });

  test("a lease that is not renewed expires, and its owner of before can neither renew nor give it back", async () => {
    const [store, other, group] = [open(), open(), freshGroup()];
    const epoch = await granted(store, group, claimOf("a", { ttlMs: 1_000 }));
    const later = await eventually(() => other.acquire(group, claimOf("b"), never));
    expect(later).toBeGreaterThan(epoch);
    expect(await store.renew(group, { run: runOf("a"), epoch, ttlMs: 60_000 }, never)).toEqual({
      ok: true,
      value: "lost",
    });
    await store.release(group, { run: runOf("a"), epoch }, never);
    expect(await store.read(group, never)).toMatchObject({ value: { run: runOf("b") } });
  });

  test("a lease that is renewed stays", async () => {
    const [store, group] = [open(), freshGroup()];
    const epoch = await granted(store, group, claimOf("a"));
    const renewed = await store.renew(group, { run: runOf("a"), epoch, ttlMs: 60_000 }, never);
    expect(renewed).toEqual({ ok: true, value: "renewed" });
    expect(await open().acquire(group, claimOf("b"), never)).toMatchObject({ value: { kind: "held" } });
  });

  test("the lease of a run that is known to be dead need not expire", async () => {
    const [store, group] = [open(), freshGroup()];
    const epoch = await granted(store, group, claimOf("a"));
    expect(await store.acquire(group, claimOf("b", { instead: runOf("c") }), never)).toMatchObject({
      value: { kind: "held" },
    });
    expect(await granted(store, group, claimOf("b", { instead: runOf("a") }))).toBeGreaterThan(epoch);
  });

  test("a run that is taken up by another process has its lease again, and the first process has lost it", async () => {
    const [store, group] = [open(), freshGroup()];
    const first = await granted(store, group, claimOf("a"));
    expect(await granted(open(), group, claimOf("a"))).toBeGreaterThan(first);
    expect(await store.renew(group, { run: runOf("a"), epoch: first, ttlMs: 60_000 }, never)).toEqual({
      ok: true,
      value: "lost",
    });
  });

  test("a lease that was broken is free, and lost to its owner", async () => {
    const [store, group] = [open(), freshGroup()];
    const epoch = await granted(store, group, claimOf("a"));
    expect((await open().break(group, "the job is gone", never)).ok).toBe(true);
    expect(await store.read(group, never)).toEqual({ ok: true, value: null });
    expect(await store.renew(group, { run: runOf("a"), epoch, ttlMs: 60_000 }, never)).toEqual({
      ok: true,
      value: "lost",
    });
    expect(await granted(store, group, claimOf("b"))).toBeGreaterThan(epoch);
  });

  test("of many that ask at once one gets it", async () => {
    const group = freshGroup();
    const answers = await Promise.all([..."abcdefgh"].map((letter) => open().acquire(group, claimOf(letter), never)));
    expect(answers.filter((answer) => answer.ok && answer.value.kind === "granted")).toHaveLength(1);
    expect(answers.filter((answer) => answer.ok && answer.value.kind === "held")).toHaveLength(7);
  });

  test("groups have leases of their own", async () => {
    const [store, one, other] = [open(), freshGroup(), freshGroup()];
    await granted(store, one, claimOf("a"));
    await granted(store, other, claimOf("b"));
  });
}

const PATIENCE_MS = 30_000;

/** The epoch, once the lease is granted. */
async function eventually(ask: () => ReturnType<LeaseStore["acquire"]>): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer.ok && answer.value.kind === "granted") return answer.value.fence.epoch;
    if (Date.now() > deadline) throw new Error("the lease does not expire");
    await sleep(100);
  }
}
