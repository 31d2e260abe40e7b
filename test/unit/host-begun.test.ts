import { expect, test } from "vitest";
import { begunIn } from "../../src/domain/host/begun.ts";
import { leaseIn } from "../../src/domain/host/lease-verbs.ts";
import type { RunId } from "../../src/domain/ids.ts";
import { activationId } from "../../src/domain/run/activation-id.ts";
import { recordsOf } from "../support/host-answer.ts";

const bootId = "154c5840-a731-402b-838a-ce628619257e";

test("what a host began of a run is read as steps", () => {
  expect(begunIn([])).toEqual({ ok: true, value: {} });
  const all = recordsOf({ begun: `activate\tunconfirmed\nos-update\tbegun\nreboot\t${bootId}` });
  expect(begunIn(all)).toEqual({
    ok: true,
    value: { activate: "unconfirmed", osUpdate: true, rebootFrom: bootId },
  });
});

test.each(["activate", "activate\tdone", "reboot\tyesterday", "os-update\tbegun\tmore", "dance\tbegun"])(
  "%j is nothing that a host begins",
  (text) => {
    expect(begunIn(recordsOf({ begun: text }))).toMatchObject({ ok: false, error: { code: "host/facts" } });
  },
);

test("each activation of a run on a host has a name of its own, the first that of the run", () => {
  const run = "01JD4000000000000000000001" as RunId;
  expect(activationId(run, 1, "forth")).toBe(run);
  expect(activationId(run, 1, "back")).toBe(`${run}.back`);
  expect(activationId(run, 3, "forth")).toBe(`${run}.3`);
  expect(activationId(run, 3, "back")).toBe(`${run}.3.back`);
});

test("a lease is told by the host's clock and read by ours", () => {
  const records = recordsOf({ lease: "7\tRUN\tann@desk\tapply\t1000\t1060\t1010", "lease.scope": "host-1" });
  expect(leaseIn("web", records, 5_000_000)).toEqual({
    ok: true,
    value: {
      scope: "host-1",
      lease: {
        group: "web",
        epoch: 7,
        run: "RUN",
        owner: "ann@desk",
        reason: "apply",
        acquiredAt: 4_990_000,
        expiresAt: 5_050_000,
      },
    },
  });
  expect(leaseIn("web", recordsOf({}), 0)).toEqual({ ok: true, value: null });
  expect(leaseIn("web", recordsOf({ lease: "x\tRUN" }), 0)).toMatchObject({ error: { code: "host/facts" } });
});
