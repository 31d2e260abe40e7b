import { describe, expect, test } from "vitest";
import type { Amount, CanaryChoice } from "../../../src/domain/inventory/resolved.ts";
import { paceOf } from "../../../src/domain/rollout/assemble-rollout.ts";
import { inOrder } from "../../../src/domain/rollout/order.ts";
import { previewStages } from "../../../src/domain/rollout/stages.ts";
import { allAtOnce } from "../../../src/domain/rollout/strategy.ts";

const fleet = (classes: Readonly<Record<string, number>>, tagged: readonly string[] = []) =>
  Object.entries(classes).flatMap(([name, size]) =>
    Array.from({ length: size }, (_, index) => `${name}-${index + 1}`).map((host) => ({
      name: host,
      class: name,
      canary: tagged.includes(host),
    })),
  );
const sizes = (hosts: number, stages: readonly Amount[], canary: CanaryChoice = { kind: "none" }): string =>
  previewStages(fleet({ web: hosts }), { stages, canary }, "seed")
    .map((stage) => `${stage.name}=${stage.hosts.length}`)
    .join(" ");
const count = (number: number): Amount => ({ count: number });
const percent = (number: number): Amount => ({ percent: number });
const usual = [count(1), percent(10), percent(50), percent(100)];

describe("stages", () => {
  test.each([
    [100, usual, "1 host=1 10%=9 50%=40 all=50"],
    // A tenth of four is one host, which the first stage has already.
    [4, usual, "1 host=1 50%=1 all=2"],
    [1, usual, "all=1"],
    [2, usual, "1 host=1 all=1"],
    [15, [percent(10)], "10%=2 all=13"],
    [3, [percent(34), percent(67)], "34%=2 all=1"],
    [5, [count(3), count(20)], "3 hosts=3 all=2"],
    [7, [percent(100)], "all=7"],
    [0, usual, ""],
  ])("of %i hosts are cumulative, rounded up, without empty ones", (hosts, stages, expected) => {
    expect(sizes(hosts, stages)).toBe(expected);
  });

  test("count canaries towards their quotas", () => {
    expect(sizes(100, usual, { kind: "count", count: 5 })).toBe("canary=5 10%=5 50%=40 all=50");
    expect(sizes(100, usual, { kind: "count", count: 20 })).toBe("canary=20 50%=30 all=50");
    expect(sizes(3, usual, { kind: "count", count: 9 })).toBe("canary=3");
  });

  test("are the same for the same hosts, whatever their order in the inventory", () => {
    const hosts = fleet({ web: 30, db: 5 });
    const strategy = { stages: usual, canary: { kind: "auto" } } as const;
    expect(previewStages(hosts.toReversed(), strategy, "seed")).toEqual(previewStages(hosts, strategy, "seed"));
    expect(previewStages(hosts, strategy, "another")).not.toEqual(previewStages(hosts, strategy, "seed"));
  });
});

describe("canaries", () => {
  const canaries = (hosts: ReturnType<typeof fleet>, canary: CanaryChoice): readonly string[] => {
    const [first] = previewStages(hosts, { stages: usual, canary }, "seed");
    return first?.canary === true ? [...first.hosts].sort() : [];
  };
  const classOf = (host: string): string => host.replace(/-\d+$/, "");

  test("are one of each class", () => {
    const chosen = canaries(fleet({ web: 50, db: 3, gpu: 1 }), { kind: "auto" });
    expect(chosen.map(classOf)).toEqual(["db", "gpu", "web"]);
  });

  test("are those that are tagged, when there are any", () => {
    expect(canaries(fleet({ web: 5, db: 3 }, ["web-2", "web-4"]), { kind: "auto" })).toEqual(["web-2", "web-4"]);
  });

  test("by number are first the tagged, then one of each class, then others", () => {
    const hosts = fleet({ web: 50, db: 3 }, ["web-7"]);
    expect(canaries(hosts, { kind: "count", count: 1 })).toEqual(["web-7"]);
    expect(canaries(hosts, { kind: "count", count: 3 }).map(classOf)).toEqual(["db", "web", "web"]);
  });

  test("can be left out", () => {
    expect(canaries(fleet({ web: 5 }, ["web-1"]), { kind: "none" })).toEqual([]);
  });
});

describe("the order of hosts", () => {
  test("mixes classes in proportion, so that each part of it is a fair sample", () => {
    const order = inOrder(fleet({ web: 80, db: 16, gpu: 4 }), "seed");
    for (const tenth of [0, 1, 2, 3, 4]) {
      const part = order.slice(tenth * 20, tenth * 20 + 20);
      expect(Math.abs(part.filter((host) => host.class === "web").length - 16)).toBeLessThanOrEqual(1);
      expect(Math.abs(part.filter((host) => host.class === "db").length - 3)).toBeLessThanOrEqual(1);
    }
  });

  test("is not that of the names", () => {
    const names = inOrder(fleet({ web: 20 }), "seed").map((host) => host.name);
    expect(names).not.toEqual(fleet({ web: 20 }).map((host) => host.name));
    expect(new Set(names).size).toBe(20);
  });
});

describe("limits in percent", () => {
  test("round down, but hosts at once to one at least", () => {
    const strategy = { ...allAtOnce, maxParallel: percent(10), maxFailures: percent(5), maxUnreachable: null };
    expect(paceOf(strategy, 59)).toMatchObject({ maxParallel: 5, maxFailures: 2, maxUnreachable: null });
    expect(paceOf(strategy, 9)).toMatchObject({ maxParallel: 1, maxFailures: 0 });
  });
});
