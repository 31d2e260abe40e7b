import { describe, expect, test } from "vitest";
import type { RunId } from "../../../src/domain/ids.ts";
import type { HostResult, HostStatus, RunEvent } from "../../../src/domain/outcome/events.ts";
import { rerunHostsFrom } from "../../../src/workflows/inventory/rerun-hosts.ts";
import { alikePlan } from "../../support/example-plan.ts";
import { memoryJournal } from "../../support/memory-journal.ts";

const first = "01JD4000000000000000000001" as RunId;
const second = "01JD4000000000000000000002" as RunId;
const third = "01JD4000000000000000000003" as RunId;

const base = { v: 1, ts: "2026-11-21T03:00:00.000Z", seq: 0, level: "info", msg: "" } as const;
const result = (name: string, status: HostStatus): HostResult => ({ name, status, from: null, to: null, ms: 1 });
const told = (run: RunId, name: string, status: HostStatus): RunEvent => ({
  ...base,
  run,
  type: "host_result",
  host: name,
  result: result(name, status),
});

async function journalWith(runs: readonly (readonly [RunId, string, readonly RunEvent[]])[]) {
  const journal = memoryJournal();
  for (const [run, verb, events] of runs) {
    const begun = await journal.begin(run, { verb, by: "ann@desk", startedAt: 0, flags: [] });
    if (!begun.ok) throw new Error(begun.error.what);
    for (const event of events) await begun.value.append(event);
  }
  return rerunHostsFrom(journal);
}

describe("--rerun failed", () => {
  test("means every host of the last run that did not get where it should", async () => {
    const statuses: HostStatus[] = [
      "changed",
      "failed",
      "unchanged",
      "unreachable",
      "rolled_back",
      "skipped",
      "held",
      "unknown",
    ];
    const rerun = await journalWith([
      [first, "apply", [told(first, "old-1", "failed")]],
      [second, "apply", statuses.map((status) => told(second, `${status.replace("_", "-")}-1`, status))],
    ]);
    expect(await rerun({ which: "failed" })).toEqual({
      ok: true,
      value: { which: "failed", run: second, hosts: ["failed-1", "rolled-back-1", "unknown-1", "unreachable-1"] },
    });
  });

  test("looks past plans, which leave nothing to do again", async () => {
    const rerun = await journalWith([
      [first, "apply", [told(first, "web-1", "failed")]],
      [third, "plan", [told(third, "web-2", "unreachable")]],
    ]);
    expect(await rerun({ which: "failed" })).toMatchObject({ value: { run: first, hosts: ["web-1"] } });
  });

  test("takes the run that is named, and the last word on each host", async () => {
    const rerun = await journalWith([
      [
        first,
        "apply",
        [told(first, "web-1", "unknown"), told(first, "web-2", "failed"), told(first, "web-1", "changed")],
      ],
      [second, "apply", []],
    ]);
    expect(await rerun({ which: "failed", run: first })).toMatchObject({ value: { hosts: ["web-2"] } });
  });

  test("of a run in which no host failed is an error, and so is a run that nobody knows", async () => {
    const rerun = await journalWith([[first, "apply", [told(first, "web-1", "changed")]]]);
    expect(await rerun({ which: "failed" })).toMatchObject({ error: { what: `no host failed in run ${first}` } });
    expect(await rerun({ which: "failed", run: second })).toMatchObject({ error: { code: "cli/unknown-run" } });
    expect(await rerun({ which: "failed", run: "x" })).toMatchObject({ error: { what: '"x" is no run id' } });
  });
});

describe("--rerun not-started", () => {
  test("means whoever had no turn, or could not be begun", async () => {
    const statuses: HostStatus[] = ["changed", "failed", "not_started", "locked", "held", "stale", "unknown"];
    const rerun = await journalWith([
      [second, "apply", statuses.map((status) => told(second, `${status.replace("_", "-")}-1`, status))],
    ]);
    expect(await rerun({ which: "not-started" })).toEqual({
      ok: true,
      value: { which: "not-started", run: second, hosts: ["held-1", "locked-1", "not-started-1", "stale-1"] },
    });
  });

  test("counts hosts of the plan that a killed run never came to", async () => {
    const journal = memoryJournal();
    const begun = await journal.begin(first, { verb: "apply", by: "ann@desk", startedAt: 0, flags: [] });
    if (!begun.ok) throw new Error(begun.error.what);
    await begun.value.savePlan(alikePlan);
    const [done, ...others] = alikePlan.hosts.map(({ name }) => name);
    await begun.value.append(told(first, done ?? "", "changed"));
    expect(await rerunHostsFrom(journal)({ which: "not-started" })).toMatchObject({ value: { hosts: others } });
  });

  test("of a run that came to every host is an error", async () => {
    const rerun = await journalWith([[first, "apply", [told(first, "web-1", "failed")]]]);
    expect(await rerun({ which: "not-started" })).toMatchObject({
      error: { what: `every host was started in run ${first}` },
    });
  });
});
