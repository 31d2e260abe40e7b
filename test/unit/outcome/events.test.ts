import { describe, expect, test } from "vitest";
import { parseRunId } from "../../../src/domain/ids.ts";
import { eventErrorOf } from "../../../src/domain/outcome/event-error.ts";
import { eventSchema } from "../../../src/domain/outcome/events.ts";
import { failure } from "../../../src/domain/outcome/failure.ts";
import { makeRunId, runIdTime } from "../../../src/domain/run/run-id.ts";
import { summarizeRun } from "../../../src/domain/run/summary.ts";
import { exampleEvents, results, startMs } from "../../support/run-events.ts";

test.each(exampleEvents.map((event) => [event.type, event] as const))(
  "a %s event fits the published schema",
  (_type, event) => {
    expect(eventSchema.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  },
);

test("events are numbered from 0 without gaps, and tell their time in milliseconds", () => {
  expect(exampleEvents.map((event) => event.seq)).toEqual(exampleEvents.map((_, index) => index));
  expect(exampleEvents[1]?.ts).toBe("2027-01-15T08:00:00.500Z");
});

test("the summary counts every status", () => {
  const summary = exampleEvents.at(-1);
  expect(summary).toMatchObject({
    type: "summary",
    msg: "1 unchanged, 2 changed, 1 unreachable, 2 rolled_back, 2 not_started",
    counts: { changed: 2, failed: 0, rolled_back: 2 },
  });
});

test("a failure keeps its place and its cause in an event", () => {
  const cause = failure("nix/build-failed", "it does not build");
  const at = { file: "inventory/prod.yaml", line: 3, column: 5, excerpt: "  web:" };
  expect(eventErrorOf(failure("plan/invalid", "no", { cause, at }))).toEqual({
    code: "plan/invalid",
    what: "no",
    at,
    because: "it does not build (nix/build-failed)",
  });
});

describe("a run id", () => {
  test("sorts by time and tells it", () => {
    const ids = [0, 1, 31, 32, 1_000_000, startMs].map((ms) => makeRunId(ms, new Uint8Array(10).fill(255)));
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.map(runIdTime)).toEqual([0, 1, 31, 32, 1_000_000, startMs]);
    for (const id of ids) expect(parseRunId(id)).toBe(id);
  });

  test("holds all the randomness that it is given", () => {
    const bytes = Array.from({ length: 80 }, (_, bit) => {
      const random = new Uint8Array(10);
      random[bit >> 3] = 1 << (bit & 7);
      return makeRunId(startMs, random);
    });
    expect(new Set(bytes).size).toBe(80);
  });

  test.each([[9], [11]])("is not made of %i bytes", (length) => {
    expect(() => makeRunId(startMs, new Uint8Array(length))).toThrow("random bytes");
  });
});

describe("the story of a run", () => {
  test("is its summary, when it has one", () => {
    const told = summarizeRun(exampleEvents);
    expect(told).toMatchObject({ verb: "apply", by: "ann@desk", exit: 130, ms: 41_000 });
    expect(told.hosts.map((each) => each.name)).toEqual(results.map((each) => each.name).toSorted());
  });

  test("of a killed run has what was known, and says unknown of hosts that had begun", () => {
    const told = summarizeRun(exampleEvents.slice(0, 18));
    expect(told.exit).toBeUndefined();
    expect(told.hosts.map((each) => `${each.name} ${each.status}`)).toEqual([
      "web-1 changed",
      "web-2 changed",
      "web-3 unchanged",
      "web-4 unknown",
    ]);
  });

  test("of nothing is nothing", () => {
    expect(summarizeRun([])).toEqual({ verb: "unknown", by: "unknown", startedAt: "", hosts: [] });
  });
});
