/** `nixfleet run`: commands and tasks, their output, and what a host cannot do to the operator. */
import { statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FleetProject, layFleetProject } from "../support/fleet-project.ts";
import { type TestLab, useLab } from "../support/lab.ts";
import { act, errorOf, onHost, outcomes, summaryOf } from "../support/verbs.ts";

let lab: TestLab;
let fleet: FleetProject;
const run = (...words: string[]) => fleet.nixfleet("run", ...words);

beforeAll(async () => {
  lab = await useLab({ hosts: 3, fresh: false });
  const tasks = {
    whoami: { run: "id -un", sudo: true },
    say: { run: 'printf "%s." "$@"' },
    slow: { run: "exec sleep 600", timeout: "1s" },
  };
  fleet = layFleetProject(lab, { inventory: { tasks } });
});
afterAll(() => fleet?.remove());

describe("output", () => {
  test("that is equal is told once, under the hosts' common name", async () => {
    const { code, stdout } = await run("--group", "all", "--", "uname -s");
    expect([code, stdout]).toEqual([0, "lab-[1-3] (3 hosts)\nLinux"]);
  });

  test("of a failing host stands apart, with its exit code, and the run ends with 5", async () => {
    const { code, stdout } = await run("--group", "all", "--", "echo here; test $(hostname) != lab-2");
    expect(code).toBe(5);
    expect(stdout).toBe("lab-[1,3] (2 hosts)\nhere\n\nlab-2: the command ended with exit code 1\nhere");
  });

  test("of a single host comes as it is, each stream on its own", async () => {
    const answer = await run("--host", "lab-1", "--", "echo out; echo words >&2");
    expect(answer).toMatchObject({ code: 0, stdout: "out" });
    expect(answer.stderr).toContain("words");
  });

  test("cannot move the cursor, ring or retitle the terminal", async () => {
    for (const hosts of ["lab-1", "lab-*"]) {
      const { stdout } = await run("--host", hosts, "--", "printf '\\033[2J\\033]0;owned\\007bell\\rback\\n'");
      expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
      expect(stdout).toContain("bell");
    }
  });

  test("without end or newline is cut for the screen, and the CLI stays small", async () => {
    const { code, stdout } = await run("--group", "all", "--", "head -c 20000000 /dev/zero; echo; hostname");
    expect(code).toBe(0);
    expect(stdout.length).toBeLessThan(5_000_000);
    expect(stdout).toContain("more lines in the log of the run");
    const { folder } = JSON.parse((await fleet.nixfleet("runs", "show", "last", "--json")).stdout);
    expect(statSync(`${folder}/events.ndjson`).size).toBeLessThan(60_000_000);
    expect(statSync(`${folder}/hosts/lab-3.log`).size).toBe(20_000_000 + "\nlab-3\n".length);
  });

  test("that is no text becomes data all the same", async () => {
    const { code, events } = await act(fleet, "run", "--host", "lab-1", "--", "head -c 5000 /dev/urandom");
    expect([code, outcomes(events)]).toEqual([0, "lab-1 changed"]);
  });
});

describe("commands", () => {
  test("of several words are a program with its arguments, one word is a line for the shell", async () => {
    expect((await run("--host", "lab-1", "--", "echo", "a  b", "$HOME")).stdout).toBe("a  b $HOME");
    expect((await run("--host", "lab-1", "--", "echo $HOME | tr h H")).stdout).toBe("/Home/deploy");
  });

  test("become root only when asked, and read nothing", async () => {
    expect((await run("--host", "lab-1", "--", "id -un; wc -c")).stdout).toBe("deploy\n0");
    expect((await run("--host", "lab-1", "--sudo", "--", "id -un")).stdout).toBe("root");
  });

  test("that take too long are ended, on the host too", async () => {
    const { code, events } = await act(
      fleet,
      "run",
      "--host",
      "lab-1",
      "--timeout",
      "1s",
      "--",
      "sleep 612; sleep 613",
    );
    expect(code).toBe(5);
    expect(errorOf(events, "lab-1").code).toBe("host/command-timeout");
    expect(await onHost(lab, "lab-1", "pgrep -fx 'sleep 61[23]' || echo none")).toBe("none");
  });

  test("need a word on hosts when there are several", async () => {
    const { code, stderr } = await run("--", "true");
    expect(code).toBe(3);
    expect(stderr).toContain("error[cli/no-selection]");
  });
});

describe("tasks", () => {
  test("of the inventory run as they say there", async () => {
    expect((await run("--host", "lab-2", "--", "task:whoami")).stdout).toBe("root");
    expect((await run("--host", "lab-2", "--", "task:say", "a b", "c")).stdout).toBe("a b.c.");
  });

  test("have a time limit of their own", async () => {
    const { events } = await act(fleet, "run", "--host", "lab-2", "--", "task:slow");
    expect(summaryOf(events).exit).toBe(5);
    expect(errorOf(events, "lab-2").code).toBe("host/command-timeout");
  });

  test("that nobody wrote are refused with the nearest name", async () => {
    const { code, stderr } = await run("--host", "lab-2", "--", "task:whoamy");
    expect(code).toBe(3);
    expect(stderr).toContain("did you mean task:whoami?");
  });
});
