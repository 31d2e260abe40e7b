import { expect, test } from "vitest";
import type { RunId } from "../../../src/domain/ids.ts";
import { eventSchema, type RunEvent } from "../../../src/domain/outcome/events.ts";
import { failure } from "../../../src/domain/outcome/failure.ts";
import { err, ok } from "../../../src/domain/outcome/result.ts";
import { carryOut } from "../../../src/workflows/carry-out.ts";
import { inFrame } from "../../../src/workflows/run-frame.ts";
import { nobodysHosts } from "../../../src/workflows/under-leases.ts";
import { alikePlan } from "../../support/example-plan.ts";
import { memoryJournal } from "../../support/memory-journal.ts";
import { toolsWith } from "../../support/tools.ts";

/** Tools of a run that touches no host. */
function setUp() {
  const events: RunEvent[] = [];
  const journal = memoryJournal();
  const listen = (event: RunEvent): void => void events.push(event);
  const audience = {
    plan() {},
    event: listen,
    status() {},
    failures() {},
    note() {},
    whileAsking: <T>(question: () => Promise<T>) => question(),
  };
  return { tools: toolsWith({ journal, audience }), events, journal };
}

const summaryOf = (events: readonly RunEvent[]) => {
  const last = events.at(-1);
  return last?.type === "summary" ? { exit: last.exit, hosts: last.hosts.map(({ status }) => status) } : undefined;
};

test("a run that fails before it has a plan tells why, and ends with a summary all the same", async () => {
  const { tools, events, journal } = setUp();
  const trouble = [failure("nix/evaluation-failed", "line 3 is wrong"), failure("nix/lock-missing", "no flake.lock")];
  const outcome = await inFrame("apply", tools, true, async () => err(trouble));
  expect(outcome).toEqual(err(trouble));
  expect(events.map(({ type, level }) => `${type} ${level}`)).toEqual([
    "version info",
    "diagnostic error",
    "diagnostic error",
    "summary error",
  ]);
  expect(events.map((event) => eventSchema.parse(event))).toEqual(events);
  expect(summaryOf(events)).toEqual({ exit: 3, hosts: [] });
  const kept = await journal.read(events[0]?.run as RunId);
  expect(kept.ok && [kept.value.state, kept.value.exit]).toEqual(["ended", 3]);
});

test("a run that fails with its plan made names the hosts that were not begun", async () => {
  const { tools, events } = setUp();
  const refuse = async () => err(failure("cli/needs-confirmation", "there is no terminal to ask on"));
  await inFrame("apply", tools, true, (frame) =>
    carryOut({ plan: alikePlan, hosts: [], ownership: nobodysHosts, confirm: refuse }, frame, tools),
  );
  expect(summaryOf(events)).toEqual({ exit: 3, hosts: ["not_started", "not_started", "not_started"] });
});

test("a run that the operator declines is halted, and no failure", async () => {
  const { tools, events } = setUp();
  const decline = async () => ok(false);
  const outcome = await inFrame("apply", tools, true, (frame) =>
    carryOut({ plan: alikePlan, hosts: [], ownership: nobodysHosts, confirm: decline }, frame, tools),
  );
  expect(outcome).toEqual(ok(6));
  expect(summaryOf(events)).toEqual({ exit: 6, hosts: ["not_started", "not_started", "not_started"] });
  expect(events.filter(({ type }) => type === "diagnostic")).toEqual([]);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("an interruption by %s ends with %d in the summary too", async (signal, exit) => {
  const { tools, events } = setUp();
  await inFrame("apply", tools, true, async () => {
    tools.interruption.signal(signal);
    return err([failure("cli/interrupted", "interrupted before anything was changed")]);
  });
  expect(summaryOf(events)?.exit).toBe(exit);
});
