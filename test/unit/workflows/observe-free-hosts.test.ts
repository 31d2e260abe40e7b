import { expect, test } from "vitest";
import type { ResolvedHost } from "../../../src/domain/inventory/resolved.ts";
import { failure } from "../../../src/domain/outcome/failure.ts";
import { err, ok } from "../../../src/domain/outcome/result.ts";
import { observeFreeHosts, type Waiting } from "../../../src/workflows/observe-free-hosts.ts";
import { type Fields, plainFacts, recordsOf } from "../../support/host-answer.ts";

const host = { name: "web-1" } as unknown as ResolvedHost;
const lost = err(failure("transport/lost", "the connection ended"));
const free: Fields = plainFacts;
const locked: Fields = {
  ...plainFacts,
  lock: "01ARZ3NDEKTSV4RRFFQ69G5FAV\tann@desk\tapply\t1795240000\t1795249999",
};

/** A host that answers these one after the other, the last for good, and what was told and done meanwhile. */
function fleetOf(answers: readonly (Fields | typeof lost)[], lockWaitMs: number, dead = false) {
  const told: string[] = [];
  const seen = { looks: 0, reconnects: 0, now: 0 };
  const session = {
    host,
    ask: async () => {
      const answer = answers[Math.min(seen.looks, answers.length - 1)] ?? free;
      seen.looks += 1;
      return "ok" in answer ? answer : ok({ records: recordsOf(answer as Fields), code: 0 });
    },
    reconnect: async () => {
      seen.reconnects += 1;
      return ok(undefined);
    },
  };
  const waiting = {
    fleet: { session: async () => ok(session) },
    recorder: { record: async () => undefined },
    clock: {
      now: () => seen.now,
      sleep: async (ms: number) => {
        seen.now += ms;
      },
    },
    journal: { read: async () => ok({ state: dead ? "died" : "running" }) },
    signal: new AbortController().signal,
    lockWaitMs,
    note: (text: string) => told.push(text),
  } as unknown as Waiting;
  const look = async () => (await observeFreeHosts([host], waiting)).get(host.name);
  return { look, told, seen };
}

test("a host that nobody acts on is looked at once", async () => {
  const { look, told, seen } = fleetOf([free], 60_000);
  expect(await look()).toMatchObject({ ok: true, value: { lock: null } });
  expect([seen.looks, told]).toEqual([1, []]);
});

test("a locked host is looked at until it is free, and who has it is told once", async () => {
  const { look, told, seen } = fleetOf([locked, locked, locked, free], 60_000);
  expect(await look()).toMatchObject({ ok: true, value: { lock: null } });
  expect(seen.looks).toBe(4);
  expect(told).toEqual([expect.stringMatching(/^waiting for web-1: locked by ann@desk: apply/)]);
});

test("it is seen as it is when the time is over, and at once where nobody wants to wait", async () => {
  const patient = fleetOf([locked], 5_000);
  expect(await patient.look()).toMatchObject({ ok: true, value: { lock: { owner: "ann@desk" } } });
  expect(patient.seen.now).toBeLessThanOrEqual(5_000);
  const hasty = fleetOf([locked], 0);
  await hasty.look();
  expect([hasty.seen.looks, hasty.told]).toEqual([1, []]);
});

test("a run of this machine that died is not waited for", async () => {
  const { look, seen } = fleetOf([locked], 60_000, true);
  await look();
  expect(seen.looks).toBe(1);
});

test("a host that is lost while it is waited for is connected to again: the other run may have rebooted it", async () => {
  const { look, seen } = fleetOf([locked, lost, free], 60_000);
  expect(await look()).toMatchObject({ ok: true, value: { lock: null } });
  expect(seen.reconnects).toBe(1);
});

test("a host that cannot be reached at first is not waited for", async () => {
  const { look, seen } = fleetOf([lost], 60_000);
  expect(await look()).toMatchObject({ ok: false });
  expect(seen.looks).toBe(1);
});
