import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { RunId } from "../../../src/domain/ids.ts";
import type { Result } from "../../../src/domain/outcome/result.ts";
import { makeRunId } from "../../../src/domain/run/run-id.ts";
import { fileJournal } from "../../../src/effects/journal/file-journal.ts";
import type { Journal } from "../../../src/ports/journal.ts";
import { examplePlan } from "../../support/example-plan.ts";
import { memoryJournal } from "../../support/memory-journal.ts";
import { host } from "../../support/plan-builders.ts";
import { eventsOf, exampleBodies, exampleEvents, exampleRun, startMs } from "../../support/run-events.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function onDisk(): Journal {
  const root = mkdtempSync(join(tmpdir(), "nixfleet-journal-"));
  folders.push(root);
  return fileJournal({
    root,
    warn: (trouble) => {
      throw new Error(trouble.what);
    },
  });
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.what} ${result.error.found ?? ""}`);
  return result.value;
}
const header = { verb: "apply", by: "ann@desk", startedAt: startMs, flags: [] };
const other = makeRunId(startMs + 1000, new Uint8Array(10));

describe.each([
  ["on disk", onDisk],
  ["in memory", memoryJournal],
])("a journal %s", (_place, make) => {
  test("gives back what was appended, in order, while the run goes on and after it", async () => {
    const journal = make();
    const run = value(await journal.begin(exampleRun, header));
    await Promise.all(exampleEvents.slice(0, -1).map((event) => run.append(event)));
    const going = value(await journal.read(exampleRun));
    expect(going).toMatchObject({ state: "running", verb: "apply", by: "ann@desk", diagnostics: [] });
    expect(going.events).toEqual(exampleEvents.slice(0, -1));
    await run.append(exampleEvents.at(-1)!);
    await run.end();
    const ended = value(await journal.read(exampleRun));
    expect(ended).toMatchObject({ state: "ended", exit: 130, hosts: 8, startedAt: "2027-01-15T08:00:00.000Z" });
    expect(ended.events).toEqual(exampleEvents);
  });

  test("keeps the plan with the run", async () => {
    const journal = make();
    const run = value(await journal.begin(exampleRun, header));
    value(await run.savePlan(examplePlan));
    const reading = value(await journal.read(exampleRun));
    expect(reading.plan).toEqual(JSON.parse(JSON.stringify(examplePlan)));
    expect(reading.hosts).toBe(examplePlan.hosts.length);
    await run.end();
  });

  test("lists runs newest first", async () => {
    const journal = make();
    for (const id of [exampleRun, other]) await value(await journal.begin(id, header)).end();
    expect(value(await journal.list()).runs.map((record) => record.run)).toEqual([other, exampleRun]);
  });

  test("keeps the raw output of hosts", async () => {
    const journal = make();
    const run = value(await journal.begin(exampleRun, header));
    await Promise.all(["one\n", "two \u001b[31m\n"].map((text) => run.hostLog(host("web-1"), Buffer.from(text))));
    await run.end();
    expect(value(await journal.read(exampleRun)).events).toEqual([]);
  });

  test("knows no run that was never begun, and begins none twice", async () => {
    const journal = make();
    expect(await journal.read("01ARZ3NDEKTSV4RRFFQ69G5FAV" as RunId)).toMatchObject({
      ok: false,
      error: { code: "cli/unknown-run" },
    });
    await value(await journal.begin(exampleRun, header)).end();
    expect(await journal.begin(exampleRun, header)).toMatchObject({ ok: false, error: { code: "cli/journal" } });
  });

  test("is empty at first", async () => {
    expect(value(await make().list()).runs).toEqual([]);
  });

  test("takes many events at once without losing their order", async () => {
    const journal = make();
    const run = value(await journal.begin(exampleRun, header));
    const many = eventsOf(Array.from({ length: 2000 }, (_, index) => exampleBodies[index % 5]!));
    await Promise.all(many.map((event) => run.append(event)));
    await run.end();
    expect(value(await journal.read(exampleRun)).events.map((event) => event.seq)).toEqual(
      many.map((event) => event.seq),
    );
  });
});
