import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { commands } from "../../../src/cli/commands/index.ts";
import { schemaNames, schemaOf } from "../../../src/cli/schemas.ts";
import { fileJournal } from "../../../src/effects/journal/file-journal.ts";
import { examplePlan } from "../../support/example-plan.ts";
import { exampleEvents, exampleRun, startMs } from "../../support/run-events.ts";

const program = join(import.meta.dirname, "../../../bin/nixfleet");
let state: string;

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), "nixfleet-queries-"));
  const journal = fileJournal({ root: join(state, "nixfleet/runs"), warn: () => {} });
  const begun = await journal.begin(exampleRun, { verb: "apply", by: "ann@desk", startedAt: startMs, flags: [] });
  if (!begun.ok) throw new Error(begun.error.what);
  await begun.value.savePlan(examplePlan);
  for (const event of exampleEvents) await begun.value.append(event);
  await begun.value.end();
});
afterAll(() => rmSync(state, { recursive: true }));

/** Runs the real program, with the recorded run in its state folder. */
async function nixfleet(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, HOME: state, XDG_STATE_HOME: state };
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { env, cwd: state });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe("runs", () => {
  test("lists what was done", async () => {
    const { stdout } = await nixfleet("runs", "list");
    expect(stdout).toMatch(/01MCC5RM0\w+ {2}2027-01-15 08:00Z {2}apply {5,}8 {2}exit 130 {2}\d+ s {2}ann@desk/);
    const listed = JSON.parse((await nixfleet("runs", "list", "--json")).stdout);
    expect(listed.runs).toMatchObject([{ run: exampleRun, state: "ended", exit: 130 }]);
  });

  test.each([exampleRun, exampleRun.slice(0, 6).toLowerCase(), "last"])("shows the run %s", async (typed) => {
    const { code, stdout } = await nixfleet("runs", "show", typed);
    expect(code).toBe(0);
    expect(stdout).toContain("web-4  rolled back in 21 s");
    expect(stdout).toContain("error[host/rolled-back]: web-[4-5]");
  });

  test("shows a run to programs: everything, or its events alone", async () => {
    const whole = JSON.parse((await nixfleet("runs", "show", "last", "--json")).stdout);
    expect(whole).toMatchObject({ run: exampleRun, plan: { id: examplePlan.id }, diagnostics: [] });
    const lines = (await nixfleet("runs", "show", "last", "--output", "ndjson")).stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(exampleEvents);
  });

  test("knows which it does not know", async () => {
    const { code, stderr } = await nixfleet("runs", "show", "01XYZ");
    expect([code, stderr.split("\n")[0]]).toEqual([3, "error[cli/unknown-run]: no run 01XYZ is recorded"]);
  });
});

describe("explain", () => {
  test.each(["plan/stale", "error[plan/stale]", "error[plan/stale]:"])("tells what %s means", async (code) => {
    expect((await nixfleet("explain", code)).stdout).toMatch(/^plan\/stale\n {2}meaning[\s\S]*exit code {2}7\n$/);
  });

  test("suggests the code that was probably meant", async () => {
    const { code, stderr } = await nixfleet("explain", "plan/stail");
    expect([code, stderr]).toEqual([3, expect.stringContaining("did you mean plan/stale?")]);
  });
});

describe("schema", () => {
  test.each(schemaNames)("%s is a JSON Schema that can be read back", async (name) => {
    const { stdout } = await nixfleet("schema", name);
    const schema = JSON.parse(stdout);
    expect(schema).toEqual(JSON.parse(JSON.stringify(await schemaOf(name))));
    expect(() => z.fromJSONSchema(schema)).not.toThrow();
  });

  test("lets fields through that a later version adds", async () => {
    const events = z.fromJSONSchema((await schemaOf("events")) as never);
    expect(events.safeParse({ ...exampleEvents[0], later: true }).success).toBe(true);
    expect(events.safeParse({ ...exampleEvents[0], type: "nothing" }).success).toBe(false);
    const plan = z.fromJSONSchema((await schemaOf("plan")) as never);
    expect(plan.safeParse({ ...JSON.parse(JSON.stringify(examplePlan)), later: true }).success).toBe(true);
  });

  test("lists its names, and suggests one", async () => {
    expect((await nixfleet("schema")).stdout).toBe(`${schemaNames.join("\n")}\n`);
    expect((await nixfleet("schema", "plans")).stderr).toContain("did you mean plan?");
  });
});

describe("completion", () => {
  const visible = commands.filter((entry) => entry.hidden !== true).map((entry) => entry.name);

  test("in bash completes commands, options and values", async () => {
    const script = join(state, "completion.bash");
    writeFileSync(script, (await nixfleet("completion", "bash")).stdout);
    const complete = async (...words: string[]): Promise<string[]> => {
      const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nixfleet; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await promisify(execFile)("bash", ["-c", ask, "bash", script, "nixfleet", ...words]);
      return stdout.trim().split("\n").sort();
    };
    expect(await complete("")).toEqual(visible.toSorted());
    expect(await complete("runs", "")).toEqual(["attach", "list", "resume", "show"]);
    expect(await complete("runs", "show", "--col")).toEqual(["--color"]);
    expect(await complete("plan", "--color", "")).toEqual(["always", "auto", "never"]);
    expect(await complete("--help", "sch")).toEqual(["schema"]);
  });

  test.each(["zsh", "fish"])("for %s knows every command and the names of hosts", async (shell) => {
    const { stdout } = await nixfleet("completion", shell);
    for (const name of visible) expect(stdout).toContain(name);
    expect(stdout).toMatch(/_names hosts/);
    expect(stdout).not.toMatch(/-d ''|undefined/);
  });
});

test("a reader that goes away early is no error", async () => {
  const { stdout } = await promisify(execFile)("bash", [
    "-c",
    `set -o pipefail; "${program}" schema plan | head -c 10; echo " \${PIPESTATUS[0]}"`,
  ]);
  expect(stdout).toMatch(/ 0\n$/);
});
