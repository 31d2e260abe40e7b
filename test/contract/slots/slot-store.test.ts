import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { etcdSlots } from "../../../src/effects/slots/etcd.ts";
import { fleetlockSlots } from "../../../src/effects/slots/fleetlock.ts";
import { localSlots } from "../../../src/effects/slots/local.ts";
import { rebootSlots } from "../../../src/engine/reboot-slots.ts";
import type { SlotStore } from "../../../src/ports/slot-store.ts";
import { hasEtcd, startEtcd, type TestEtcd } from "../../support/etcd.ts";
import { type FakeFleetLock, fakeFleetLock } from "../../support/fake-fleetlock.ts";
import { realClock } from "../../support/real-clock.ts";

const SLOTS = 2;
const never = new AbortController().signal;
let groups = 0;
function freshGroup(): string {
  groups += 1;
  return `group-${process.pid}-${groups}`;
}

/** What every store promises. `open` gives another controller's view of the same slots; `again` is what a holder is told that asks twice. */
function keepsTheContract(open: () => SlotStore, again: "held" | "granted" = "held"): void {
  const take = (store: SlotStore, group: string, holder: string) => store.acquire(group, holder, SLOTS, never);

  test("as many holders as there are slots get one, the next finds it full, and a freed slot is taken again", async () => {
    const [store, group] = [open(), freshGroup()];
    expect(await take(store, group, "a")).toEqual({ ok: true, value: "granted" });
    expect(await take(store, group, "b")).toEqual({ ok: true, value: "granted" });
    expect(await take(store, group, "c")).toEqual({ ok: true, value: "full" });
    expect((await store.release(group, "a", never)).ok).toBe(true);
    expect(await take(store, group, "c")).toEqual({ ok: true, value: "granted" });
  });

  test("a holder that asks again has its slot, which is told where it can be, and takes no second one", async () => {
    const [store, group] = [open(), freshGroup()];
    for (const holder of ["a", "b"]) {
      expect(await take(store, group, holder)).toMatchObject({ value: "granted" });
      expect(await take(store, group, holder)).toMatchObject({ value: again });
    }
    expect(await take(store, group, "c")).toMatchObject({ value: "full" });
  });

  test("giving back what one does not hold is no trouble, and takes nobody's slot", async () => {
    const [store, group] = [open(), freshGroup()];
    expect((await store.release(group, "nobody", never)).ok).toBe(true);
    await take(store, group, "a");
    await take(store, group, "b");
    expect((await store.release(group, "nobody", never)).ok).toBe(true);
    expect(await take(store, group, "c")).toMatchObject({ value: "full" });
  });

  test("hosts that are out of service take slots away, once each, and never from themselves", async () => {
    const [store, group] = [open(), freshGroup()];
    const takeWithout = (holder: string, ...out: string[]) => store.acquire(group, holder, SLOTS, never, out);
    expect(await takeWithout("a", "x", "y")).toMatchObject({ value: "full" });
    expect(await takeWithout("a", "x")).toMatchObject({ value: "granted" });
    expect(await takeWithout("b")).toMatchObject({ value: "granted" });
    expect(await takeWithout("b", "x")).toMatchObject({ value: again });
  });

  describe("a host that needs slots of several groups", () => {
    const groupsOf = (): readonly [string, string] => [freshGroup(), freshGroup()];
    const budgets = (groups: readonly string[]) => groups.map((group) => ({ group, max: SLOTS }));
    const atOnce = (kept: boolean) => ({ deadlineMs: 0, signal: never, kept, debt: {}, holder: "a" });
    const slots = () => rebootSlots(open(), realClock);
    const fill = async (group: string) => {
      for (const holder of ["x", "y"]) await take(open(), group, holder);
    };
    const isFull = async (group: string) => {
      const answer = await take(open(), group, "z");
      return answer.ok && answer.value === "full";
    };

    test("takes all or none", async () => {
      const both = groupsOf();
      await take(open(), both[0], "x");
      await fill(both[1]);
      expect(await slots().acquire("a", budgets(both), atOnce(false))).toMatchObject({
        error: { code: "reboot/budget" },
      });
      expect(await isFull(both[0])).toBe(false);
    });

    test("keeps the slot that it has since a reboot failed, whatever another budget says", async () => {
      const both = groupsOf();
      for (const holder of ["x", "a"]) await take(open(), both[0], holder);
      await fill(both[1]);
      expect(await slots().acquire("a", budgets(both), atOnce(true))).toMatchObject({
        error: { code: "reboot/budget" },
      });
      expect(await isFull(both[0])).toBe(true);
    });

    test("goes on with the slots that it kept, also where others are out of service by now", async () => {
      const both = groupsOf();
      for (const group of both) await take(open(), group, "a");
      const crowded = budgets(both).map((budget) => ({ ...budget, out: ["x", "y"] }));
      expect((await slots().acquire("a", crowded, atOnce(true))).ok).toBe(true);
      await fill(both[0]);
      expect(await isFull(both[0])).toBe(true);
    });
  });

  test("groups have budgets of their own", async () => {
    const [store, one, other] = [open(), freshGroup(), freshGroup()];
    for (const holder of ["a", "b"]) await take(store, one, holder);
    expect(await take(store, other, "a")).toMatchObject({ value: "granted" });
  });

  test("of many controllers that ask at once exactly as many win as there are slots", async () => {
    const group = freshGroup();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => take(open(), group, `host-${String(index).padStart(2, "0")}`)),
    );
    expect(answers.filter((answer) => answer.ok && answer.value === "granted")).toHaveLength(SLOTS);
    expect(answers.filter((answer) => answer.ok && answer.value === "full")).toHaveLength(12 - SLOTS);
  });
}

describe("slots in files of this machine", () => {
  const folder = mkdtempSync(join(tmpdir(), "nixfleet-slots-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  keepsTheContract(() => localSlots(folder));

  test("are told with their holders, sorted", async () => {
    const [store, group] = [localSlots(folder), freshGroup()];
    expect(await store.holders(group, never)).toEqual({ ok: true, value: null });
    for (const holder of ["b", "a"]) await store.acquire(group, holder, 3, never);
    expect(await store.holders(group, never)).toEqual({ ok: true, value: { total: 3, holders: ["a", "b"] } });
  });

  test("that cannot be read are never taken for free ones", async () => {
    const [store, group] = [localSlots(folder), freshGroup()];
    await store.acquire(group, "a", 1, never);
    writeFileSync(join(folder, `${group}.json`), "{");
    expect(await store.acquire(group, "b", 1, never)).toMatchObject({ ok: false, error: { code: "reboot/store" } });
  });

  test("of a group with a strange name stay within the folder", async () => {
    const store = localSlots(folder);
    expect(await store.acquire("../../etc/x", "a", 1, never)).toMatchObject({ value: "granted" });
    expect(readFileSync(join(folder, "..%2F..%2Fetc%2Fx.json"), "utf8")).toContain('"a"');
  });
});

describe(`slots in etcd${hasEtcd ? "" : " (skipped: no etcd-server here)"}`, () => {
  let etcd: TestEtcd;
  beforeAll(async () => {
    if (hasEtcd) etcd = await startEtcd();
  });
  afterAll(() => etcd?.stop());

  describe.runIf(hasEtcd)("of a real server", () => {
    keepsTheContract(() => etcdSlots([etcd.endpoint]));

    const keyOf = async (key: string): Promise<unknown> => {
      const body = JSON.stringify({ key: Buffer.from(key).toString("base64") });
      const answer = (await (await fetch(`${etcd.endpoint}/v3/kv/range`, { method: "POST", body })).json()) as {
        kvs?: { value: string }[];
      };
      const value = answer.kvs?.[0]?.value;
      return value === undefined ? undefined : JSON.parse(Buffer.from(value, "base64").toString());
    };

    test("lie where airlock looks for them, in its form: sorted, and no field more", async () => {
      const store = etcdSlots([etcd.endpoint]);
      for (const holder of ["b", "a"]) await store.acquire("web servers/eu", holder, 2, never);
      expect(await keyOf("com.coreos.airlock/groups/web+servers%2Feu/v1/semaphore")).toEqual({
        total_slots: 2,
        holders: ["a", "b"],
      });
    });

    test("that airlock made with fewer slots are not exceeded", async () => {
      const [store, group] = [etcdSlots([etcd.endpoint]), freshGroup()];
      await store.acquire(group, "a", 1, never);
      expect(await store.acquire(group, "b", 5, never)).toMatchObject({ value: "full" });
    });

    test("are asked of the next member when one is gone", async () => {
      const store = etcdSlots(["http://127.0.0.1:9", etcd.endpoint]);
      expect(await store.acquire(freshGroup(), "a", 1, never)).toMatchObject({ value: "granted" });
    });
  });

  test("that cannot be asked fail closed", async () => {
    const store = etcdSlots(["http://127.0.0.1:9"]);
    for (const answer of [await store.acquire("g", "a", 1, never), await store.release("g", "a", never)]) {
      expect(answer).toMatchObject({ ok: false, error: { code: "reboot/store" } });
    }
  });
});

describe("slots by FleetLock", () => {
  let server: FakeFleetLock;
  beforeAll(async () => {
    server = await fakeFleetLock(SLOTS);
  });
  afterAll(() => server.close());
  keepsTheContract(() => fleetlockSlots(server.base), "granted");

  test("are asked for with the header and body of the protocol", async () => {
    const group = freshGroup();
    await fleetlockSlots(server.base).acquire(group, "web-1", 1, never);
    expect(server.requests.at(-1)).toEqual({
      path: "/v1/pre-reboot",
      header: "true",
      body: { client_params: { id: "web-1", group } },
    });
  });

  test("are not told by the protocol", async () =>
    expect(await fleetlockSlots(server.base).holders("g", never)).toEqual({ ok: true, value: "untold" }));

  test("need a group name that the protocol allows", async () =>
    expect(await fleetlockSlots(server.base).acquire("a_b", "x", 1, never)).toMatchObject({
      ok: false,
      error: { code: "reboot/store-settings" },
    }));

  test("are refused, not full, when the server says so", async () => {
    const other = await fakeFleetLock(1);
    try {
      other.answerWith(400, '{"kind":"unknown_group","value":"no such group"}');
      expect(await fleetlockSlots(other.base).acquire("g", "a", 1, never)).toMatchObject({
        ok: false,
        error: { code: "reboot/store", found: "400 unknown_group no such group" },
      });
      other.answerWith(423, '{"kind":"lock_held","value":"held by b"}');
      expect(await fleetlockSlots(other.base).acquire("g", "a", 1, never)).toMatchObject({ value: "full" });
      other.answerWith(200, "");
      expect(await fleetlockSlots(other.base).acquire("g", "a", 1, never)).toMatchObject({ value: "granted" });
    } finally {
      await other.close();
    }
    expect(await fleetlockSlots(other.base).acquire("g", "a", 1, never)).toMatchObject({
      ok: false,
      error: { code: "reboot/store" },
    });
  });
});
