import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../../src/domain/outcome/events.ts";
import type { Failure } from "../../../src/domain/outcome/failure.ts";
import type { Result } from "../../../src/domain/outcome/result.ts";
import type { JournalEntry } from "../../../src/domain/rollout/event.ts";
import { defaultRunsFolder, fileJournal } from "../../../src/effects/journal/file-journal.ts";
import type { Journal, RunJournal } from "../../../src/ports/journal.ts";
import { examplePlan } from "../../support/example-plan.ts";
import { host } from "../../support/plan-builders.ts";
import { exampleEvents, exampleRun, startMs } from "../../support/run-events.ts";

let root: string;
let warnings: Failure[];
let journal: Journal;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), "nixfleet-journal-")), "runs");
  warnings = [];
  journal = fileJournal({ root, warn: (trouble) => warnings.push(trouble) });
});
afterEach(() => rmSync(join(root, ".."), { recursive: true }));

const header = { verb: "apply", by: "ann@desk", startedAt: startMs, flags: [] };
const file = (...names: string[]): string => join(root, exampleRun, ...names);

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.found ?? result.error.what}`);
  return result.value;
}
const begin = async (): Promise<RunJournal> => value(await journal.begin(exampleRun, header));

/** Rewrites meta.json as if another process had written it. */
function writtenBy(change: object): void {
  const meta = JSON.parse(readFileSync(file("meta.json"), "utf8"));
  writeFileSync(file("meta.json"), JSON.stringify({ ...meta, process: { ...meta.process, ...change } }));
}

describe("the journal on disk", () => {
  test("is readable by its owner alone", async () => {
    const run = await begin();
    await run.append(exampleEvents[0]!);
    await run.hostLog(host("web-1"), Buffer.from("hello\n"));
    value(await run.savePlan(examplePlan));
    await run.end();
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect([mode(root), mode(file()), mode(file("hosts"))]).toEqual(["700", "700", "700"]);
    for (const name of ["meta.json", "events.ndjson", "plan.json", "hosts/web-1.log"])
      expect(mode(file(name))).toBe("600");
    expect(readFileSync(file("hosts/web-1.log"), "utf8")).toBe("hello\n");
    expect(readdirSync(file()).sort()).toEqual(["events.ndjson", "hosts", "meta.json", "plan.json", "rollout.ndjson"]);
  });

  test("has an event on disk as soon as it is appended, so that a killed process loses nothing", async () => {
    const run = await begin();
    await run.append(exampleEvents[0]!);
    expect(readFileSync(file("events.ndjson"), "utf8")).toBe(`${JSON.stringify(exampleEvents[0])}\n`);
    await run.end();
  });

  test("tells a run whose process is gone from one that goes on", async () => {
    const run = await begin();
    await run.append(exampleEvents[1]!);
    await run.end();
    expect(value(await journal.read(exampleRun)).state).toBe("running");
    const dead = spawn("true");
    await new Promise((done) => dead.once("exit", done));
    writtenBy({ pid: dead.pid });
    expect(value(await journal.read(exampleRun))).toMatchObject({ state: "died", hosts: 1 });
    expect(value(await journal.list()).runs).toMatchObject([{ state: "died" }]);
  });

  test("is not deceived by a process that got the same pid later", async () => {
    await (await begin()).end();
    writtenBy({ started: "some-boot 1" });
    expect(value(await journal.read(exampleRun)).state).toBe("died");
  });

  test("does not call a run dead that another machine began", async () => {
    await (await begin()).end();
    writtenBy({ machine: "elsewhere", pid: 1, started: "x 1" });
    expect(value(await journal.read(exampleRun)).state).toBe("running");
  });

  test("tells what is left of a record with cut and damaged lines", async () => {
    const run = await begin();
    for (const event of exampleEvents.slice(0, 3)) await run.append(event);
    await run.end();
    appendFileSync(file("events.ndjson"), 'garbage\n{"v":1,"type":"later_thing"}\n{"v":1,"type":"ver');
    const reading = value(await journal.read(exampleRun));
    expect(reading.events).toEqual(exampleEvents.slice(0, 3));
    expect(reading.diagnostics).toMatchObject([{ code: "cli/journal-damaged", found: "no event on line 4, 5, 6" }]);
  });

  test("tells an edited plan, and everything else of the run", async () => {
    const run = await begin();
    value(await run.savePlan(examplePlan));
    await run.end();
    writeFileSync(file("plan.json"), readFileSync(file("plan.json"), "utf8").replace("nginx", "nginy"));
    const reading = value(await journal.read(exampleRun));
    expect(reading.plan).toBeUndefined();
    expect(reading.diagnostics).toMatchObject([{ code: "plan/edited" }]);
  });

  test("lists the other runs when one cannot be read", async () => {
    await (await begin()).end();
    writeFileSync(file("meta.json"), "{");
    expect(value(await journal.list())).toMatchObject({ runs: [], diagnostics: [{ code: "cli/journal-damaged" }] });
  });

  test("lets the run go on when the record cannot be written, and says so once", async () => {
    const run = await begin();
    rmSync(file("hosts"), { recursive: true });
    writeFileSync(file("hosts"), "in the way");
    await run.hostLog(host("web-1"), Buffer.from("lost"));
    await run.hostLog(host("web-2"), Buffer.from("lost"));
    await run.end();
    expect(warnings).toMatchObject([{ code: "cli/journal" }]);
  });

  test("fails to begin where a file stands in the way of its folder", async () => {
    writeFileSync(root, "");
    expect(await journal.begin(exampleRun, header)).toMatchObject({ ok: false, error: { code: "cli/journal" } });
  });
});

describe("a run whose process is gone", () => {
  const begun: JournalEntry = { at: 1, event: { type: "begun", windowPatienceMs: 0, approvalPatienceMs: null } };
  const started: JournalEntry = { at: 2, event: { type: "host-started", host: "web-1" } };

  async function killed(): Promise<void> {
    const run = await begin();
    await run.append(exampleEvents[0]!);
    await run.keep([begun, started]);
    await run.end();
    writtenBy({ pid: 1, started: "another boot 1" });
  }

  test("is taken up with what its rollout was told, and appended to", async () => {
    await killed();
    const { journal: again, reading } = value(await journal.resume(exampleRun));
    expect(reading).toMatchObject({ state: "died", rollout: [begun, started] });
    await again.append(exampleEvents[1]!);
    await again.keep([{ at: 3, event: { type: "tick" } }]);
    const now = value(await journal.read(exampleRun));
    expect(now).toMatchObject({ state: "running", diagnostics: [] });
    expect(now.events).toEqual(exampleEvents.slice(0, 2));
    expect(now.rollout).toHaveLength(3);
    await again.end();
  });

  test("is taken up by one of several that ask at once", async () => {
    await killed();
    const answers = await Promise.all([1, 2, 3, 4].map(() => journal.resume(exampleRun)));
    const taken = answers.flatMap((answer) => (answer.ok ? [answer.value.journal] : []));
    expect(taken).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.error.code === "cli/run-alive")).toHaveLength(3);
    await taken[0]?.end();
  });

  test("loses the line that was cut when it was killed, and nothing else", async () => {
    await killed();
    appendFileSync(file("rollout.ndjson"), '{"at":3,"event":{"type":"host-fin');
    appendFileSync(file("events.ndjson"), '{"v":1,"type":"ver');
    const { journal: again, reading } = value(await journal.resume(exampleRun));
    expect(reading.rollout).toEqual([begun, started]);
    await again.append(exampleEvents[1]!);
    await again.keep([{ at: 3, event: { type: "tick" } }]);
    await again.end();
    const now = value(await journal.read(exampleRun));
    expect(now).toMatchObject({ events: exampleEvents.slice(0, 2), diagnostics: [] });
    expect(now.rollout).toHaveLength(3);
  });

  test("stays where it is when its rollout was damaged: nobody knows who was started", async () => {
    await killed();
    writeFileSync(file("rollout.ndjson"), `garbage\n${JSON.stringify(started)}\n`);
    expect(await journal.resume(exampleRun)).toMatchObject({ ok: false, error: { code: "cli/journal-damaged" } });
  });

  test("can be taken up again after whoever took it up died before writing anything", async () => {
    await killed();
    const dead = {
      pid: 1,
      started: "another boot 2",
      machine: JSON.parse(readFileSync(file("meta.json"), "utf8")).process.machine,
    };
    writeFileSync(file("owner-2.json"), JSON.stringify(dead));
    const { journal: again } = value(await journal.resume(exampleRun));
    expect(readdirSync(file())).toContain("owner-3.json");
    await again.end();
  });
});

test("a run that goes on is not taken up, nor one of which another machine knows more", async () => {
  const run = await begin();
  expect(await journal.resume(exampleRun)).toMatchObject({ ok: false, error: { code: "cli/run-alive" } });
  writtenBy({ machine: "elsewhere" });
  expect(await journal.resume(exampleRun)).toMatchObject({ ok: false, error: { code: "cli/run-alive" } });
  await run.end();
});

test("a run that came to rest tells how, and is taken up from there", async () => {
  const run = await begin();
  const [first] = exampleEvents;
  await run.append(first!);
  const summary = exampleEvents.at(-1)!;
  await run.append({ ...summary, rollout: "paused" } as RunEvent);
  await run.end();
  expect(value(await journal.list()).runs).toMatchObject([{ state: "paused" }]);
  const { journal: again } = value(await journal.resume(exampleRun));
  await again.append(first!);
  expect(value(await journal.read(exampleRun))).toMatchObject({ state: "running" });
  expect(value(await journal.read(exampleRun))).not.toHaveProperty("exit");
  await again.end();
});

test("whoever follows a run is told what others write, until nobody does any more", async () => {
  const run = await begin();
  for (const event of exampleEvents.slice(0, 2)) await run.append(event);
  const seen: RunEvent[] = [];
  const two = Promise.withResolvers<void>();
  const following = journal.follow(
    exampleRun,
    (event) => {
      seen.push(event);
      if (seen.length === 2) two.resolve();
    },
    new AbortController().signal,
  );
  await two.promise;
  for (const event of exampleEvents.slice(2)) await run.append(event);
  await run.end();
  value(await following);
  expect(seen).toEqual(exampleEvents);
});

test.each([
  [{ XDG_STATE_HOME: "/state" }, "/state/nixfleet/runs"],
  [{ XDG_STATE_HOME: "relative" }, "/home/ann/.local/state/nixfleet/runs"],
  [{}, "/home/ann/.local/state/nixfleet/runs"],
])("with %j runs are recorded in %s", (env, folder) => {
  expect(defaultRunsFolder(env, "/home/ann")).toBe(folder);
});
