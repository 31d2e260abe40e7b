import { describe, expect, test } from "vitest";
import type { RunId } from "../../../src/domain/ids.ts";
import { leaseGroups, leaseGroupsOf } from "../../../src/domain/leases/groups.ts";
import { fenceText } from "../../../src/domain/leases/lease.ts";
import { parseLeaseStore } from "../../../src/domain/leases/store-address.ts";
import { holdLeases, type LeaseRequest } from "../../../src/engine/hold-leases.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { LeaseStore } from "../../../src/ports/lease-store.ts";
import { hostOf, inventoryOf } from "../../support/inventory.ts";
import { never } from "../../support/lease-contract.ts";
import { memoryJournal } from "../../support/memory-journal.ts";
import { startMs } from "../../support/run-events.ts";

test.each([
  [undefined, { kind: "local", folder: null }],
  ["/srv/leases", { kind: "local", folder: "/srv/leases" }],
  ["etcd:http://a:2379,http://b:2379/", { kind: "etcd", endpoints: ["http://a:2379", "http://b:2379"] }],
  ["host:lock-1", { kind: "host", name: "lock-1" }],
])("fleet.leases: %s", (text, address) => {
  expect(parseLeaseStore(text)).toEqual({ ok: true, value: address });
});

test.each(["leases", "etcd:", "etcd:a:2379", "host:", "host:-x", "fleetlock:http://a"])(
  "fleet.leases: %s names no store",
  (text) => {
    expect(parseLeaseStore(text)).toMatchObject({ ok: false, error: { code: "lease/store-settings" } });
  },
);

test("fences go to a host as one word", () => {
  expect(fenceText([])).toBe("-");
  expect(
    fenceText([
      { scope: "s", group: "db", epoch: 3 },
      { scope: "s", group: "web", epoch: 12 },
    ]),
  ).toBe("s:db=3,s:web=12");
});

describe("the groups whose leases a run takes", () => {
  const inventory = inventoryOf(`
hosts: { web-1: { base: debian, addr: a }, db-1: { base: debian, addr: b }, alone: { base: debian, addr: c } }
groups:
  prod: { children: [web, db] }
  web: { hosts: ["web-*"] }
  db: { hosts: ["db-*"] }
  odd: { hosts: [web-1] }
`);

  test("are the innermost of each host, so that runs on web and on db do not meet in prod", () => {
    expect(leaseGroups(hostOf(inventory, "web-1"), inventory).toSorted()).toEqual(["odd", "web"]);
    expect(leaseGroups(hostOf(inventory, "db-1"), inventory)).toEqual(["db"]);
  });

  test("are none for a host of automatic groups alone", () => {
    expect(leaseGroups(hostOf(inventory, "alone"), inventory)).toEqual([]);
  });

  test("come each once, sorted", () => {
    expect(leaseGroupsOf(inventory.hosts, inventory)).toEqual(["db", "odd", "web"]);
  });
});

describe("the leases of a run", () => {
  const run = "01JD4000000000000000000001" as RunId;
  const holder = "01JD4000000000000000000002" as RunId;
  const lease = { epoch: 4, run: holder, owner: "ben@desk", reason: "reboot", acquiredAt: startMs, expiresAt: startMs };

  /** A store whose groups in `held` have another owner; `renewals` are its answers, the last one for ever. */
  function storeWith(held: readonly string[], renewals: readonly ("renewed" | "lost")[] = ["renewed"]) {
    const log: string[] = [];
    let asked = 0;
    const store: LeaseStore = {
      async acquire(group, { instead }) {
        log.push(`acquire ${group}${instead === undefined ? "" : ` instead of ${instead}`}`);
        const isFree = !held.includes(group) || instead === holder;
        if (!isFree) return { ok: true, value: { kind: "held", by: { group, ...lease } } };
        return { ok: true, value: { kind: "granted", fence: { scope: "s", group, epoch: 5 } } };
      },
      async renew(group) {
        log.push(`renew ${group}`);
        asked += 1;
        return { ok: true, value: renewals[Math.min(asked, renewals.length) - 1] ?? "lost" };
      },
      async release(group) {
        log.push(`release ${group}`);
        return { ok: true, value: undefined };
      },
      read: async () => ({ ok: true, value: null }),
      break: async () => ({ ok: true, value: undefined }),
      close: async () => {},
    };
    return { store, log };
  }

  /** Time passes only where somebody waits for it, and ends for a heartbeat once it was asked `beats` times. */
  function clockOf(beats: number): Clock {
    let now = startMs;
    let slept = 0;
    return {
      now: () => now,
      sleep: (ms, signal) => {
        slept += 1;
        now += ms;
        if (slept <= beats) return Promise.resolve();
        return new Promise((woken) => signal.addEventListener("abort", () => woken()));
      },
    };
  }

  const request = (more: Partial<LeaseRequest> = {}): LeaseRequest => ({
    groups: ["db", "web"],
    run,
    owner: "ann@desk",
    reason: "apply",
    waitMs: 0,
    onWait: () => {},
    ...more,
  });

  test("are all or none: what was taken is given back when another is held, and the holder is named", async () => {
    const { store, log } = storeWith(["web"]);
    const tools = { leases: store, clock: clockOf(0), journal: memoryJournal() };
    const held = await holdLeases(request(), tools, never);
    expect(held).toMatchObject({ ok: false, error: { code: "lease/held" } });
    expect(held.ok ? "" : held.error.found).toContain(`reboot by ben@desk since 2027-01-15T08:00Z, run ${holder}`);
    expect(log).toEqual(["acquire db", "acquire web", "release db"]);
  });

  test("of a run of this machine that is dead are taken over", async () => {
    const journal = memoryJournal();
    const dead = await journal.begin(holder, { verb: "apply", by: "ann@desk", startedAt: startMs, flags: [] });
    if (dead.ok) await dead.value.end();
    const { store, log } = storeWith(["web"]);
    const held = await holdLeases(request(), { leases: store, clock: clockOf(0), journal }, never);
    expect(held.ok && held.value.fences.map(({ group }) => group)).toEqual(["db", "web"]);
    expect(log).toEqual(["acquire db", "acquire web", `acquire web instead of ${holder}`]);
    if (held.ok) await held.value.release();
    expect(log.slice(-2)).toEqual(["release web", "release db"]);
  });

  test("are waited for as long as the operator says, who is told once for whom", async () => {
    const { store, log } = storeWith(["web"]);
    const waits: string[] = [];
    const waiting = request({ waitMs: 10_000, onWait: ({ group, owner }) => waits.push(`${group} of ${owner}`) });
    const tools = { leases: store, clock: clockOf(100), journal: memoryJournal() };
    expect(await holdLeases(waiting, tools, never)).toMatchObject({ error: { code: "lease/held" } });
    expect(log.filter((line) => line === "acquire web")).toHaveLength(6);
    expect(waits).toEqual(["web of ben@desk"]);
  });

  test("tell when one of them is lost", async () => {
    const { store } = storeWith([], ["renewed", "lost"]);
    const tools = { leases: store, clock: clockOf(2), journal: memoryJournal() };
    const held = await holdLeases(request({ groups: ["web"] }), tools, never);
    if (!held.ok) throw new Error(held.error.what);
    const { lost } = held.value;
    if (!lost.aborted) await new Promise((told) => lost.addEventListener("abort", told));
    expect(lost.reason).toMatchObject({ code: "lease/lost", what: "the lease of the group web was lost" });
    await held.value.release();
  });
});
