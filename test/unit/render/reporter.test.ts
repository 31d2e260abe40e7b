import { describe, expect, test, vi } from "vitest";
import { type OutputFlags, outputOptions } from "../../../src/cli/output-options.ts";
import { createReporter, type Reporter } from "../../../src/cli/render/reporter.ts";
import type { Repetition } from "../../../src/cli/repetition.ts";
import { diagnosed, runEnded, runStarted } from "../../../src/domain/outcome/event-bodies.ts";
import { eventSchema } from "../../../src/domain/outcome/events.ts";
import { failure } from "../../../src/domain/outcome/failure.ts";
import { planSchema } from "../../../src/domain/plan/plan.ts";
import { examplePlan, firstPlan, idlePlan } from "../../support/example-plan.ts";
import { type FakeStream, fakeStream, withoutEscapes } from "../../support/fake-terminal.ts";
import { host } from "../../support/plan-builders.ts";
import { commandEvents, eventsOf, exampleEvents, exampleRun, results, startMs } from "../../support/run-events.ts";

interface Setup {
  readonly reporter: Reporter;
  readonly stdout: FakeStream;
  readonly stderr: FakeStream;
}

function setUp(
  flags: OutputFlags,
  purpose: "query" | "action",
  over: { tty?: boolean; env?: object; again?: Repetition } = {},
): Setup {
  const terminal = over.tty === true ? { isTTY: true, columns: 80, rows: 24 } : {};
  const [stdout, stderr] = [fakeStream(terminal), fakeStream(terminal)];
  const again = over.again ?? { flags: [], operands: [] };
  const context = { stdout, stderr, env: { ...over.env }, now: () => startMs + 20_000, again };
  return { reporter: createReporter(outputOptions(flags, purpose, context), context, purpose), stdout, stderr };
}

const play = ({ reporter }: Setup, events = exampleEvents): void => {
  for (const event of events) reporter.event(event);
  reporter.end();
};
const golden = (name: string): string => `../golden/${name}.txt`;

describe("a command that acts, for people", () => {
  test("tells trouble as it happens on stderr, and the recap on stdout", async () => {
    const setup = setUp({}, "action");
    setup.reporter.plan(firstPlan);
    play(setup);
    await expect(setup.stdout.text()).toMatchFileSnapshot(golden("recap"));
    const stderr = setup.stderr.text().replace(/^Plan [0-9a-f]{12}/, "Plan 0123456789ab");
    await expect(stderr).toMatchFileSnapshot(golden("progress-plain"));
  });

  test("is quiet with -q but for trouble and the last lines", async () => {
    const setup = setUp({ quiet: true }, "action");
    play(setup);
    await expect(`${setup.stderr.text()}---\n${setup.stdout.text()}`).toMatchFileSnapshot(golden("progress-quiet"));
  });

  test("shows phases and activation logs with -vvv", async () => {
    const setup = setUp({ verbose: 3 }, "action");
    play(setup);
    await expect(setup.stderr.text()).toMatchFileSnapshot(golden("progress-verbose"));
  });

  test("on a terminal keeps a board of a few lines below the lasting ones", async () => {
    const setup = setUp({}, "action", { tty: true, env: { TERM: "xterm" } });
    for (const event of exampleEvents.slice(0, -1)) setup.reporter.event(event);
    await vi.waitFor(() => expect(setup.stderr.text()).toContain("[00:"));
    setup.reporter.end();
    const seen = withoutEscapes(setup.stderr.text());
    expect(seen).toContain("web-4  rolled back in 21 s");
    expect(seen).toMatch(/\[00:\d\d\] apply: 2 changed, 1 unchanged/);
    expect(setup.stderr.text()).toContain("\u001b[");
  });

  test("keeps the screen still while somebody is asked, and tells afterwards what happened meanwhile", async () => {
    const setup = setUp({}, "action", { tty: true, env: { TERM: "xterm" } });
    const answer = Promise.withResolvers<string>();
    const asked = setup.reporter.whileAsking(() => answer.promise);
    const before = setup.stderr.text();
    for (const event of exampleEvents.slice(0, -1)) setup.reporter.event(event);
    expect(setup.stderr.text()).toBe(before);
    answer.resolve("yes");
    expect(await asked).toBe("yes");
    expect(withoutEscapes(setup.stderr.text())).toContain("web-4  rolled back in 21 s");
    setup.reporter.end();
  });

  test("in CI and on dumb terminals never moves the cursor, and gives a sign of life every 15 seconds", () => {
    for (const env of [{ CI: "true" }, { TERM: "dumb" }, { GITHUB_ACTIONS: "true", CI: "1" }]) {
      vi.useFakeTimers();
      const setup = setUp({ color: "never" }, "action", { tty: true, env });
      for (const event of exampleEvents.slice(0, 12)) setup.reporter.event(event);
      vi.advanceTimersByTime(31_000);
      expect(setup.stderr.text().match(/^\[00:20\] apply: 1 running \(activate 1\), 6 waiting$/gm)).toHaveLength(2);
      setup.reporter.end();
      vi.advanceTimersByTime(60_000);
      expect(setup.stderr.text().match(/^\[00:20\]/gm)).toHaveLength(2);
      expect(setup.stderr.text()).not.toContain("\u001b");
      vi.useRealTimers();
    }
  });

  test("is silent while a question is open", () => {
    vi.useFakeTimers();
    const setup = setUp({}, "action");
    for (const event of exampleEvents.slice(0, 8)) setup.reporter.event(event);
    setup.reporter.plan(firstPlan);
    const asked = setup.stderr.text();
    vi.advanceTimersByTime(120_000);
    expect(setup.stderr.text()).toBe(asked);
    setup.reporter.end();
    vi.useRealTimers();
  });
});

describe("a run that ends before it has results", () => {
  const trouble = failure("nix/evaluation-failed", "line 3 is wrong", { next: "look at line 3" });
  const events = eventsOf([
    runStarted("0.1.0", "apply", "ann@desk"),
    diagnosed(trouble),
    runEnded({ exit: 5, ms: 40, hosts: [] }),
  ]);

  test.each([{}, { output: { format: "human" } as const }, { json: true as const }, { quiet: true as const }])(
    "tells people once what stood in the way (%j)",
    (flags) => {
      const setup = setUp(flags, "action");
      for (const event of events) setup.reporter.event(event);
      setup.reporter.failures([trouble]);
      setup.reporter.end();
      const told = setup.stderr.text();
      expect(told).toBe("error[nix/evaluation-failed]: line 3 is wrong\n  next      look at line 3\n");
      if (!("json" in flags)) expect(setup.stdout.text()).toBe("");
    },
  );

  test("is one event a line to its summary with --json", () => {
    const setup = setUp({ json: true }, "action");
    play(setup, events);
    const lines = setup.stdout.text().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(events);
  });

  test("stays that short when the operator said no", () => {
    const setup = setUp({}, "action");
    const hosts = results.slice(-2);
    play(setup, eventsOf([runStarted("0.1.0", "apply", "ann@desk"), runEnded({ exit: 6, ms: 40, hosts })]));
    expect(setup.stdout.text()).toBe("apply ended in 40 ms: nothing was changed\n");
  });
});

describe("a command that runs on many hosts", () => {
  const lines = (name: string): string[] => (name === "web-9" ? [] : name === "web-3" ? ["6.1"] : ["6.8", "ok"]);

  test("shows equal outputs once, on stdout", async () => {
    const setup = setUp({}, "action");
    play(setup, commandEvents(["web-1", "web-2", "web-3", "web-9", "db-1"], lines));
    await expect(setup.stdout.text()).toMatchFileSnapshot(golden("run-output"));
    expect(setup.stderr.text()).toMatch(/run ended in 1 s: 4 ok, 1 failed/);
  });

  test("names no host above the outputs, and says each failure once", () => {
    const setup = setUp({}, "action");
    play(setup, commandEvents(["web-1", "web-2", "db-1"], lines));
    expect(setup.stderr.text()).not.toMatch(/web-1|db-1|error\[/);
    expect(setup.stdout.text().match(/db-1/g)).toHaveLength(1);
    expect(setup.stdout.text()).toMatch(/db-1: the command ended with exit code 2\n6.8\nok\n$/);
  });

  test("can be typed again as it was", () => {
    const again = { flags: ["-i", "prod", "--lab"], operands: ["--", "uname -r"] };
    const setup = setUp({}, "action", { again });
    play(setup, commandEvents(["web-1", "db-1"], lines));
    expect(setup.stderr.text()).toContain(`--run ${exampleRun} -i prod --lab -- 'uname -r'\n`);
  });

  test("passes the output of a single host on as it comes", () => {
    const setup = setUp({}, "action");
    const events = commandEvents(["web-1"], () => ["name\tvalue", "a\tb"]);
    for (const event of events.slice(0, 3)) setup.reporter.event(event);
    expect(setup.stdout.text()).toBe("name\tvalue\n");
    play(setup, events.slice(3));
    expect(setup.stdout.text()).toBe("name\tvalue\na\tb\n");
  });
});

describe("output for programs", () => {
  test("of a command that acts is one valid event a line with --json, and nothing else", () => {
    const setup = setUp({ json: true }, "action");
    setup.reporter.plan(firstPlan);
    setup.reporter.note("for people");
    play(setup);
    const lines = setup.stdout.text().trimEnd().split("\n");
    const events = lines.map((line) => eventSchema.parse(JSON.parse(line)));
    expect(events).toEqual(exampleEvents);
    expect([events[0]?.type, events.at(-1)?.type]).toEqual(["version", "summary"]);
    expect(setup.stderr.text()).toBe("");
  });

  test("of a command that acts is the summary alone with --output json", () => {
    const setup = setUp({ output: { format: "json" } }, "action");
    play(setup);
    expect(JSON.parse(setup.stdout.text())).toEqual(exampleEvents.at(-1));
  });

  test("of a query is the plan as a document, without the events that led to it", () => {
    const setup = setUp({ json: true }, "query");
    play(setup);
    setup.reporter.plan(examplePlan);
    expect(planSchema.parse(JSON.parse(setup.stdout.text()))).toEqual(JSON.parse(JSON.stringify(examplePlan)));
  });

  test("of a query tells warnings on stderr", () => {
    const setup = setUp({ json: true }, "query");
    play(setup);
    expect(setup.stderr.text()).toBe("warning[nix/warning]: the option services.old is gone\n");
  });

  test("of failures goes to stderr, as for people", () => {
    const setup = setUp({ json: true }, "query");
    setup.reporter.failures([failure("plan/edited", "it was edited")]);
    expect(setup.stdout.text()).toBe("");
    expect(setup.stderr.text()).toMatch(/^error\[plan\/edited\]: it was edited/);
  });
});

describe("plans", () => {
  test("are the result of a query, and a preamble on stderr of a command that acts", () => {
    const [query, action] = [setUp({}, "query"), setUp({}, "action")];
    query.reporter.plan(examplePlan);
    action.reporter.plan(examplePlan);
    expect([query.stderr.text(), action.stdout.text()]).toEqual(["", ""]);
    expect(query.stdout.text()).toContain("next  nixfleet apply --group web");
    expect(action.stderr.text()).not.toContain("next  nixfleet apply");
  });

  test.each([
    [{ file: "my plan.json" }, "nixfleet apply 'my plan.json'"],
    [{ next: "nixfleet apply --yes" }, "nixfleet apply --yes"],
  ])("name the next command after %j", (hints, next) => {
    const setup = setUp({}, "query");
    setup.reporter.plan(examplePlan, hints);
    expect(setup.stdout.text()).toContain(`next  ${next}\n`);
  });

  test.each([
    [{ selection: ["--group", "web"] }, {}, "nixfleet apply --group web -C 'my fleet' --lab"],
    [{ selection: [] }, {}, "nixfleet apply --group all -C 'my fleet' --lab"],
    [{ selection: [] }, { file: "p.json" }, "nixfleet apply p.json -C 'my fleet' --lab"],
  ])("name a next command that leads to the same fleet (%j, %j)", (inputs, hints, next) => {
    const setup = setUp({}, "query", { again: { flags: ["-C", "my fleet", "--lab"], operands: [] } });
    setup.reporter.plan({ ...examplePlan, inputs: { ...examplePlan.inputs, ...inputs } }, hints);
    expect(setup.stdout.text()).toContain(`next  ${next}\n`);
  });

  test("of all hosts name a next command that will not ask which hosts", () => {
    const setup = setUp({}, "query");
    setup.reporter.plan({ ...examplePlan, inputs: { ...examplePlan.inputs, selection: [] } });
    expect(setup.stdout.text()).toContain("next  nixfleet apply --group all\n");
  });

  test("with nothing to do name none", () => {
    const setup = setUp({}, "query");
    setup.reporter.plan(idlePlan);
    expect(setup.stdout.text()).not.toContain("next");
  });
});

test("equal failures are told once, under the folded names of their hosts", () => {
  const setup = setUp({}, "query");
  const refused = (name: string) =>
    failure("transport/refused", `${name} refused the connection`, { host: host(name), next: `ping ${name}` });
  setup.reporter.failures([
    refused("web-1"),
    failure("plan/edited", "it was edited"),
    refused("web-2"),
    refused("web-3"),
  ]);
  const blocks = setup.stderr.text().split("\n\n");
  expect(blocks).toHaveLength(3);
  expect(blocks[2]).toBe("4 errors\n");
  expect(blocks[0]).toMatch(/^error\[transport\/refused\]: web-\[1-3\]: /);
});

test("a reader that goes away does not end the run", () => {
  const setup = setUp({}, "action");
  setup.stdout.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  play(setup);
  expect(setup.stdout.text()).toBe("");
  expect(setup.stderr.text()).toContain("web-4");
});

test("any other trouble with a stream is a defect", () => {
  const setup = setUp({}, "action");
  expect(() => setup.stdout.emit("error", new Error("what is this"))).toThrow("what is this");
});
