/** Commands around a change: on the host, on the machine of the CLI and on a third one, and taken back when it was in vain. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, configure, errorOf, onHost, outcomes, planOf } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject | undefined;

beforeAll(async () => {
  lab = await useLab({ hosts: 2 });
});
afterEach(() => fleet?.remove());
afterAll(() => fleet?.remove());

const marker = (text: string): string => `{ nixfleet.files."/etc/marker".text = "${text}\\n"; }\n`;
/** Appends a word to a log on whichever host it runs. */
const word = (text: string) => `echo "${text}" >>/root/hooks`;

function lay(hooks: Record<string, unknown>): FleetProject {
  fleet?.remove();
  fleet = layFleetProject(lab, { hosts: { "lab-1": { hooks } } });
  return fleet;
}

async function hooksOf(name: string): Promise<string[]> {
  const text = await onHost(lab, name, "cat /root/hooks 2>/dev/null; rm -f /root/hooks");
  return text === "" ? [] : text.split("\n");
}

test("they run before and after, wherever they say, know what happens, and not at all when nothing does", async () => {
  const project = lay({
    preApply: [
      { run: word("drain $NIXFLEET_HOST"), where: "delegate:lab-2" },
      { run: `cat >here.json; test "$NIXFLEET_STAGE" = preApply`, where: "local" },
      "cat >>/root/hooks",
    ],
    postApply: [
      { run: `${word("$(cat /etc/marker) $NIXFLEET_STATUS")}`, where: "remote" },
      { run: word("ready $NIXFLEET_HOST"), where: "delegate:lab-2" },
    ],
    onFailure: [word("it failed")],
  });
  configure(project, "lab-1", marker("one"));
  const [planned] = (await planOf(project, "lab-1")).hosts;
  expect(planned?.hooks).toMatchObject({ preApply: [{ where: "delegate:lab-2" }, { where: "local" }, {}] });
  const shown = await project.nixfleet("plan", "lab-1");
  expect(shown.stdout).toContain('before  echo "drain $NIXFLEET_HOST" >>/root/hooks  (on lab-2)');

  const { code, events } = await act(project, "apply", "lab-1", "--yes");
  expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
  expect(await hooksOf("lab-2")).toEqual(["drain lab-1", "ready lab-1"]);
  const [context = "", ...rest] = await hooksOf("lab-1");
  expect(rest).toEqual(["one changed"]);
  const facts = { schema: "nixfleet.hook/1", stage: "preApply", host: "lab-1", verb: "apply", from: null };
  expect(JSON.parse(context)).toMatchObject(facts);
  expect(JSON.parse(project.read("here.json"))).toMatchObject(facts);

  expect(outcomes((await act(project, "apply", "lab-1", "--yes")).events)).toBe("lab-1 unchanged");
  expect([await hooksOf("lab-1"), await hooksOf("lab-2")]).toEqual([[], []]);
});

test("a hook that fails fails the host before it is touched, and what earlier ones did is taken back, the latest first", async () => {
  const project = lay({
    preApply: [
      { run: word("one"), undo: word("undo one") },
      { run: `${word("two")}; exit 3`, undo: word("undo two"), onFailure: "warn" },
      { run: "exit 4", undo: word("undo three") },
      { run: word("never") },
    ],
    onFailure: [word("$NIXFLEET_STATUS: $NIXFLEET_ERROR")],
  });
  configure(project, "lab-1", marker("never"));
  const { code, events } = await act(project, "apply", "lab-1", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 failed"]);
  expect(errorOf(events, "lab-1")).toMatchObject({ code: "host/hook", found: "exit 4" });
  expect(await hooksOf("lab-1")).toEqual([
    "one",
    "two",
    "undo three",
    "undo two",
    "undo one",
    "failed: a preApply hook ended with exit code 4",
  ]);
  // Whatever happens meanwhile, the journal knew how to take a hook back before it ran.
  const begun = events.filter((event) => event.type === "hook" && event.state === "started" && event.action === "do");
  expect(begun).toMatchObject([
    { undo: word("undo one") },
    { undo: word("undo two") },
    { undo: word("undo three") },
    {},
  ]);
  expect(await onHost(lab, "lab-1", "cat /etc/marker 2>/dev/null || echo none")).not.toBe("never");
});

test("a host that goes back by itself is put back into service", async () => {
  const project = lay({
    preApply: [{ run: word("drain"), undo: word("ready") }],
    onFailure: [word("$NIXFLEET_STATUS")],
  });
  configure(
    project,
    "lab-1",
    '{ nixfleet.healthChecks.web = { tcp.port = 81; }; nixfleet.files."/etc/marker".text = "ill"; }',
  );
  project.write(
    "inventory/lab.yaml",
    project.read("inventory/lab.yaml").replace("hooks:", "confirmWithin: 10s\n    hooks:"),
  );
  project.commit();
  const { events } = await act(project, "apply", "lab-1", "--yes");
  expect(outcomes(events)).toBe("lab-1 rolled_back");
  expect(await hooksOf("lab-1")).toEqual(["drain", "ready", "rolled_back"]);
});

test("exit code 75 says that now is not the time: the host is held, and the run pauses", async () => {
  const project = lay({ preApply: ["exit 75"], onFailure: [word("it failed")] });
  configure(project, "lab-1", marker("later"));
  const { code, events } = await act(project, "apply", "lab-1", "--yes");
  expect([code, outcomes(events)]).toEqual([75, "lab-1 held"]);
  expect(errorOf(events, "lab-1")).toMatchObject({ code: "host/not-now" });
  expect(await hooksOf("lab-1")).toEqual([]);
});

test("a hook that finds fault after the change fails the host, and the rollout puts it back", async () => {
  const project = lay({ postApply: ["! grep -q broken /etc/marker"] });
  configure(project, "lab-1", marker("fine"));
  expect(outcomes((await act(project, "apply", "lab-1", "--yes")).events)).toBe("lab-1 changed");
  configure(project, "lab-1", marker("broken"));
  const { code, events } = await act(project, "apply", "lab-1", "--yes");
  expect([code, outcomes(events)]).toEqual([5, "lab-1 rolled_back"]);
  expect(errorOf(events, "lab-1").what).toContain("postApply");
  expect(await onHost(lab, "lab-1", "cat /etc/marker")).toBe("fine");
});

test("hooks around the whole run ask before it and tell of it afterwards, on the machine of the CLI", async () => {
  fleet?.remove();
  const said = (text: string) => `echo "${text}" >>said`;
  const project = layFleetProject(lab, {
    inventory: { rollouts: { gently: { stages: [1], canary: "none", maxParallel: 1 } } },
    hosts: {
      "lab-1": { rollout: "gently", confirmWithin: "10s" },
      "lab-2": { rollout: "gently", confirmWithin: "10s" },
    },
  });
  const inventory = parse(project.read("inventory/lab.yaml"));
  inventory.fleet.hooks = {
    preRollout: [{ run: "test ! -e frozen || exit 75", timeout: "10s" }, said("$NIXFLEET_STAGE $NIXFLEET_CHANGES")],
    onHalt: [said("halted: $NIXFLEET_ERROR")],
    postRollout: [said("$NIXFLEET_STATUS: $NIXFLEET_SUMMARY"), "cat >told.json", "exit 3"],
  };
  project.write("inventory/lab.yaml", stringify(inventory));
  fleet = project;
  const toldSince = (): string[] => {
    const lines = existsSync(join(project.folder, "said")) ? project.read("said").trim().split("\n") : [];
    rmSync(join(project.folder, "said"), { force: true });
    return lines;
  };
  const both = (text: string) => {
    for (const name of ["lab-1", "lab-2"]) project.write(`hosts/${name}.nix`, text);
    project.commit();
  };
  both(marker("told"));
  expect((await project.nixfleet("plan")).stdout).toContain("  before  test ! -e frozen || exit 75  (here)");

  project.write("frozen", "");
  const frozen = await act(project, "apply", "--yes");
  expect([frozen.code, outcomes(frozen.events), toldSince()]).toEqual([75, "lab-1 not_started, lab-2 not_started", []]);
  rmSync(join(project.folder, "frozen"));

  const done = await act(project, "apply", "--yes");
  expect([done.code, outcomes(done.events)]).toEqual([0, "lab-1 changed, lab-2 changed"]);
  expect(toldSince()).toEqual(["preRollout 2", "completed: 2 changed"]);
  expect(JSON.parse(project.read("told.json"))).toMatchObject({
    stage: "postRollout",
    verb: "apply",
    hosts: ["lab-1", "lab-2"],
    results: [
      { host: "lab-1", status: "changed" },
      { host: "lab-2", status: "changed" },
    ],
  });
  expect(done.events).toContainEqual(
    expect.objectContaining({ type: "diagnostic", error: expect.objectContaining({ code: "rollout/hook" }) }),
  );

  both(`{ nixfleet.healthChecks.web = { tcp.port = 81; }; nixfleet.files."/etc/marker".text = "ill"; }`);
  const halted = await act(project, "apply", "--yes");
  expect(halted.code).toBe(6);
  const [asked, because, summary] = toldSince();
  expect([asked, summary]).toEqual(["preRollout 2", "halted: 1 rolled back, 1 not started"]);
  expect(because).toMatch(/^halted: halted in stage 1 of 2/);
});

test("a hook that hangs ends at its time", async () => {
  const project = lay({ preApply: [{ run: "sleep 600; touch over", where: "local", timeout: "1s" }] });
  configure(project, "lab-1", marker("hung"));
  const { events } = await act(project, "apply", "lab-1", "--yes");
  expect(errorOf(events, "lab-1")).toMatchObject({ code: "host/hook" });
  expect(existsSync(join(project.folder, "over"))).toBe(false);
});
