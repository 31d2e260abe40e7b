import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addOutputOptions, type OutputFlags, outputOptions } from "../../../../src/cli/output-options.ts";
import { harmless, workflowCommand } from "../../../../src/cli/render/ci/github-command.ts";
import { summaryMarkdown } from "../../../../src/cli/render/ci/github-summary.ts";
import { junitXml } from "../../../../src/cli/render/ci/junit.ts";
import type { CiHost } from "../../../../src/cli/render/ci/outcome.ts";
import { createReporter } from "../../../../src/cli/render/reporter.ts";
import { diagnosed, runEnded, runStarted } from "../../../../src/domain/outcome/event-bodies.ts";
import { failure } from "../../../../src/domain/outcome/failure.ts";
import { examplePlan } from "../../../support/example-plan.ts";
import { fakeStream } from "../../../support/fake-terminal.ts";
import { commandEvents, eventsOf, exampleEvents, startMs } from "../../../support/run-events.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nixfleet-ci-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function setUp(flags: OutputFlags, purpose: "query" | "action" = "action") {
  const [stdout, stderr] = [fakeStream({}), fakeStream({})];
  const env = { GITHUB_STEP_SUMMARY: join(folder, "summary.md"), GITHUB_OUTPUT: join(folder, "output") };
  const context = { stdout, stderr, env, now: () => startMs + 20_000 };
  const reporter = createReporter(outputOptions(flags, purpose, context), context, purpose);
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  return { reporter, stdout, stderr, read };
}

const github: OutputFlags = { output: { format: "github" } };
const broken = (name: string, what: string): CiHost => ({
  ...{ name, outcome: "failed", word: "failed", ms: 1_500 },
  error: { code: "host/unhealthy", what },
});

describe("workflow commands", () => {
  test("escape what would end a line, a property or the command", () => {
    expect(
      workflowCommand("error", "50% of\r\na::b", { title: "a:b,c", file: "x.yaml", line: 3, col: undefined }),
    ).toBe("::error title=a%3Ab%2Cc,file=x.yaml,line=3::50%25 of%0D%0Aa::b");
  });

  test("are not what a host prints", () => {
    expect(harmless("::error::fake\n  ::add-mask::x\nfine :: text\n##[group]fake\n")).toBe(
      "\\::error::fake\n  \\::add-mask::x\nfine :: text\n##\\[group]fake\n",
    );
  });
});

describe("on GitHub", () => {
  test("a run is told as to people, with its plan in a group and an annotation for each cause", () => {
    const { reporter, stderr, stdout, read } = setUp(github);
    reporter.plan(examplePlan);
    for (const event of exampleEvents) reporter.event(event);
    reporter.end();
    const told = stderr.text();
    expect(told).toMatch(/^::group::Plan [0-9a-f]{12}: \d+ to change\n[\s\S]*\n::endgroup::\n/);
    expect(told.match(/^::error /gm)?.length).toBeGreaterThan(0);
    expect(told).toContain("::error title=");
    expect(stdout.text()).toContain("apply ended in");
    expect(read("summary.md")).toMatch(/^### nixfleet `apply`: \d+ hosts in /);
    expect(read("output")).toMatch(
      /^run=[0-9A-Z]{26}\nexit=\d+\nchanged=\d+\nfailed=\d+\nunreachable=\d+\nnot_started=\d+\n$/,
    );
  });

  test("no more than ten annotations of a kind are made, since the others would vanish", () => {
    const { reporter, stderr } = setUp(github);
    const hosts = Array.from({ length: 30 }, (_, index) => ({
      ...{ name: `web-${index}`, status: "failed" as const, from: null, to: null, ms: 10 },
      error: { code: "host/activation", what: `trouble number ${index * index}` },
    }));
    const warnings = hosts.map(({ error }) => diagnosed(failure("nix/warning", error.what), "warn"));
    for (const event of eventsOf([
      runStarted("0.1.0", "apply", "ann"),
      ...warnings,
      runEnded({ exit: 5, ms: 9, hosts }),
    ])) {
      reporter.event(event);
    }
    expect(stderr.text().match(/^::error /gm)).toHaveLength(10);
    expect(stderr.text().match(/^::warning /gm)).toHaveLength(10);
  });

  test("what hosts print commands nothing", () => {
    const { reporter, stdout, stderr } = setUp(github);
    for (const event of commandEvents(["web-1", "web-2"], () => ["::add-mask::root", "##[group]x"]))
      reporter.event(event);
    expect(`${stdout.text()}${stderr.text()}`).toContain("::add-mask::root");
    expect(`${stdout.text()}${stderr.text()}`).not.toMatch(/^\s*::add-mask/m);
  });

  test("a mistake in the inventory is annotated at its place, and is the summary", () => {
    const { reporter, stderr, read } = setUp(github);
    reporter.failures([
      failure("inventory/no-base", "web-1 has no base", { at: { file: "inventory/prod.yaml", line: 3, column: 5 } }),
    ]);
    expect(stderr.text()).toContain(
      "::error title=inventory/no-base,file=inventory/prod.yaml,line=3,col=5::web-1 has no base",
    );
    expect(read("summary.md")).toContain("web-1 has no base");
  });

  test("a plan is the result on stdout, in its group", () => {
    const { reporter, stdout, stderr, read } = setUp(github, "query");
    reporter.plan(examplePlan);
    expect(stdout.text()).toMatch(/^::group::Plan /);
    expect(stderr.text()).toBe("");
    expect(read("output")).toContain(`plan=${examplePlan.id}\nchanges=${examplePlan.summary.change}\n`);
  });
});

describe("the summary of a job", () => {
  const many = Array.from({ length: 20_000 }, (_, index) => broken(`web-${index}`, `trouble ${index}`));

  test("leaves out the list of hosts, then the failures, before it is too long", () => {
    const few = { verb: "apply", ms: 9_000, hosts: [broken("web-1", "it is `broken`|<b>")] };
    expect(summaryMarkdown(few, 900_000)).toContain("All hosts");
    expect(summaryMarkdown(few, 200)).not.toContain("All hosts");
    const cut = summaryMarkdown({ verb: "apply", ms: 9_000, hosts: many }, 1_000);
    expect(cut).toBe("### nixfleet `apply`: 20000 hosts in 9 s\n\n|  | hosts |\n| --- | --- |\n| failed | 20000 |\n\n");
    expect(summaryMarkdown(few, 10)).toBe("");
  });

  test("makes room for what stands there already", () => {
    writeFileSync(join(folder, "summary.md"), "x".repeat(900 * 1024));
    const { reporter, read } = setUp(github);
    for (const event of exampleEvents) reporter.event(event);
    expect(read("summary.md")).toHaveLength(900 * 1024);
  });
});

describe("a JUnit report", () => {
  test("has a test case for each host, beside what people see", () => {
    const file = join(folder, "report.xml");
    const { reporter, stdout } = setUp({ output: { junit: file } });
    for (const event of exampleEvents) reporter.event(event);
    reporter.end();
    expect(stdout.text()).toContain("apply ended in");
    const xml = readFileSync(file, "utf8");
    expect(xml).toMatch(
      /<testsuites name="nixfleet apply" tests="\d+" failures="\d+" errors="\d+" skipped="\d+" time="[\d.]+">/,
    );
    expect(xml).toContain('<testcase classname="nixfleet.apply" name="web-1" time="14.000"/>');
    expect(xml).toMatch(/<failure type="host\/rolled-back" message="rolled back: activation failed, [^"]*">error\[/);
  });

  test("is XML whatever hosts say, which a parser agrees to", () => {
    const nasty = "a<b>&\"'\u0000\u001b[31m\ud800\uffff]]>\n\ttab";
    const file = join(folder, "nasty.xml");
    writeFileSync(
      file,
      junitXml({ verb: "run", ms: 1, hosts: [broken("web-1", nasty), { ...broken("b", nasty), outcome: "skipped" }] }),
    );
    const parsed = execFileSync("python3", [
      "-c",
      "import sys,xml.dom.minidom as m;d=m.parse(sys.argv[1]);print(d.getElementsByTagName('failure')[0].getAttribute('message'))",
      file,
    ]);
    expect(parsed.toString()).toContain("a<b>&\"'");
  });

  test("says once that a host was not started", () => {
    const error = { code: "rollout/canary-failed", what: "not started: canary web-2 went back" };
    const waiting: CiHost = { name: "web-1", outcome: "skipped", word: "not started", ms: 0, error };
    expect(junitXml({ verb: "apply", ms: 1, hosts: [waiting] })).toContain(
      '<skipped message="not started: canary web-2 went back"/>',
    );
  });

  test("of a command that never came to its hosts says why", () => {
    const file = join(folder, "report.xml");
    const { reporter } = setUp({ output: { junit: file } });
    reporter.failures([failure("inventory/no-base", "web-1 has no base")]);
    expect(readFileSync(file, "utf8")).toMatch(
      /tests="1" failures="1"[\s\S]*type="inventory\/no-base" message="failed: web-1 has no base"/,
    );
  });

  test("that cannot be written is a warning, and leaves nothing half-written", () => {
    const file = join(folder, "missing", "report.xml");
    const { reporter, stderr } = setUp({ output: { junit: file } });
    for (const event of exampleEvents) reporter.event(event);
    expect(stderr.text()).toContain("the JUnit report cannot be written");
    expect(existsSync(file)).toBe(false);
  });
});

describe("on GitLab", () => {
  test("plan and progress are sections that fold, closed before the recap", () => {
    const { reporter, stderr, stdout } = setUp({ output: { format: "gitlab" } });
    reporter.plan(examplePlan);
    for (const event of exampleEvents) reporter.event(event);
    reporter.end();
    const told = stderr.text();
    const marks = [...told.matchAll(/section_(start|end):(\d+):(\w+)(\[collapsed=true\])?\r\u001b\[0K/g)];
    expect(marks.map(([, what, , name, collapsed = ""]) => `${what} ${name}${collapsed}`)).toEqual([
      "start nixfleet_plan[collapsed=true]",
      "end nixfleet_plan",
      "start nixfleet_run",
      "end nixfleet_run",
    ]);
    expect(stdout.text()).toContain("apply ended in");
  });
});

describe("--output", () => {
  const parse = (reports: boolean, ...words: string[]): OutputFlags =>
    addOutputOptions(new Command().exitOverride().configureOutput({ writeErr: () => undefined }), { reports })
      .parse(words, { from: "user" })
      .opts();

  test("takes a format and a report together", () => {
    expect(parse(true, "-o", "github", "--output", "junit=a b.xml").output).toEqual({
      format: "github",
      junit: "a b.xml",
    });
  });

  test.each([
    [true, "xml"],
    [true, "junit="],
    [false, "github"],
    [false, "junit=report.xml"],
  ])("refuses what is not there (%s, %s)", (reports, typed) => {
    expect(() => parse(reports, "-o", typed)).toThrow(/expected human, plain, json, ndjson/);
  });
});
