import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CanaryChoice } from "../../src/domain/inventory/resolved.ts";
import { previewStages, quotaOf } from "../../src/domain/rollout/stages.ts";

const debts = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined });

const hosts = fc
  .array(fc.record({ class: fc.constantFrom("web", "db", "gpu"), canary: fc.boolean(), owedSince: debts }), {
    maxLength: 120,
  })
  .map((list) => list.map((host, index) => ({ ...host, name: `host-${index}` })));

const stages = fc
  .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 })
  .map((list) => list.sort((a, b) => a - b).map((percent) => ({ percent })));

const canary: fc.Arbitrary<CanaryChoice> = fc.oneof(
  fc.constantFrom({ kind: "auto" } as const, { kind: "none" } as const, { kind: "hosts", patterns: ["x"] } as const),
  fc.integer({ min: 1, max: 9 }).map((count) => ({ kind: "count", count }) as const),
);

const preview = fc.tuple(hosts, fc.record({ stages, canary })).map(([list, strategy]) => ({
  list,
  strategy,
  planned: previewStages(list, strategy, "seed"),
}));

describe("stages", () => {
  test("hold every host exactly once, and none is empty", () => {
    fc.assert(
      fc.property(preview, ({ list, planned }) => {
        expect(planned.flatMap((stage) => stage.hosts).toSorted()).toEqual(list.map(({ name }) => name).toSorted());
        expect(planned.filter((stage) => stage.hosts.length === 0)).toEqual([]);
      }),
    );
  });

  test("reach their quota over all hosts, rounded up, unless canaries are more", () => {
    fc.assert(
      fc.property(preview, ({ list, strategy, planned }) => {
        const canaries = planned.find((stage) => stage.canary)?.hosts.length ?? 0;
        const quotas = strategy.stages.map((stage) => Math.max(canaries, quotaOf(stage, list.length)));
        const reached = planned.map((_, index) => planned.slice(0, index + 1).flatMap((stage) => stage.hosts).length);
        const expected = new Set(
          [...(canaries > 0 ? [canaries] : []), ...quotas, list.length].filter((size) => size > 0),
        );
        expect(reached).toEqual([...expected]);
      }),
    );
  });

  test("are the same whatever is owed, and have those first inside whose reboots are owed longest", () => {
    fc.assert(
      fc.property(preview, ({ list, strategy, planned }) => {
        const debtless = list.map(({ owedSince: _owed, ...host }) => host);
        const plain = previewStages(debtless, strategy, "seed");
        expect(planned.map((stage) => stage.hosts.toSorted())).toEqual(plain.map((stage) => stage.hosts.toSorted()));
        const owed = new Map(list.map((host) => [host.name, host.owedSince ?? Number.POSITIVE_INFINITY]));
        for (const stage of planned) {
          const inTurn = stage.hosts.map((name) => owed.get(name) ?? Number.NaN);
          expect(inTurn).toEqual(inTurn.toSorted((a, b) => (a === b ? 0 : a - b)));
        }
      }),
    );
  });

  test("begin with canaries of every class when nobody marked any", () => {
    fc.assert(
      fc.property(hosts, stages, (list, typed) => {
        const unmarked = list.map((host) => ({ ...host, canary: false }));
        const [first] = previewStages(unmarked, { stages: typed, canary: { kind: "auto" } }, "seed");
        const classes = new Set(unmarked.filter(({ name }) => first?.hosts.includes(name)).map((host) => host.class));
        expect(classes).toEqual(new Set(unmarked.map((host) => host.class)));
        expect(first?.hosts.length ?? 0).toBe(classes.size);
      }),
    );
  });
});
