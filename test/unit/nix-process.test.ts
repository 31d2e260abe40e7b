import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ProcessRequest, runProcess } from "../../src/effects/process/run.ts";

const run = (script: string, more: Partial<ProcessRequest> = {}) =>
  runProcess({
    file: "/bin/sh",
    args: ["-c", script],
    signal: new AbortController().signal,
    timeoutMs: 30_000,
    ...more,
  });

/** Whether a process is there and not a zombie. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("running a program", () => {
  test("gives its exit code and both outputs", async () => {
    expect(await run("echo out; echo err >&2; exit 3")).toEqual({
      kind: "exited",
      code: 3,
      stdout: "out\n",
      stdoutBytes: Buffer.from("out\n"),
      stderr: "err\n",
    });
  });

  test("knows a program that is not there", async () => {
    expect(await run("", { file: "/nowhere/program" })).toMatchObject({ kind: "not-started", errno: "ENOENT" });
  });

  test("knows a program that was ended by a signal", async () => {
    expect(await run("kill -KILL $$")).toMatchObject({ kind: "signalled", signal: "SIGKILL" });
  });

  test("gives it input, and an empty one otherwise", async () => {
    expect(await run("cat", { input: "words" })).toMatchObject({ stdout: "words" });
    expect(await run("cat")).toMatchObject({ kind: "exited", stdout: "" });
  });

  test("hands on lines as they are, also the last one without an end, and characters that come in pieces", async () => {
    const lines: string[] = [];
    await run("printf 'one\\r\\n\\303'; printf '\\244\\nlast'", { onStdoutLine: (line) => lines.push(line) });
    expect(lines).toEqual(["one", "ä", "last"]);
  });

  test("passes arguments that a shell would take apart", async () => {
    const outcome = await runProcess({
      file: "/usr/bin/printf",
      args: ["%s", "$(id); `id` 'x'"],
      signal: new AbortController().signal,
      timeoutMs: 30_000,
    });
    expect(outcome).toMatchObject({ stdout: "$(id); `id` 'x'" });
  });

  test("ends a program that writes more than it may", async () => {
    expect(await run("yes", { maxStdoutBytes: 10_000 })).toMatchObject({ kind: "overflow", limitBytes: 10_000 });
  });

  test("keeps the end of a long standard error", async () => {
    const outcome = await run("yes | head -c 100000 >&2; echo the end >&2", { maxStderrBytes: 100 });
    expect(outcome.kind === "exited" && outcome.stderr.length).toBe(100);
    expect(outcome.kind === "exited" && outcome.stderr.endsWith("the end\n")).toBe(true);
  });

  test.each([
    ["takes longer than it may", { timeoutMs: 200 }, "timeout"],
    ["goes silent", { idleTimeoutMs: 200 }, "stalled"],
  ])("ends one that %s", async (_what, limits, kind) => {
    expect(await run("sleep 600", limits)).toMatchObject({ kind, afterMs: 200 });
  });

  test("does not take a slow program that talks for a silent one", async () => {
    const outcome = await run("for i in 1 2 3 4 5 6; do echo $i; sleep 0.1; done", { idleTimeoutMs: 5_000 });
    expect(outcome).toMatchObject({ kind: "exited", code: 0 });
  });

  test("does not start when it is told to stop before", async () => {
    expect(await run("echo no", { signal: AbortSignal.abort() })).toEqual({ kind: "aborted", stderr: "" });
  });

  test("when told to stop, ends the whole family, also those who do not listen", async () => {
    const controller = new AbortController();
    const pids: number[] = [];
    const outcome = await run(
      "trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & echo $$; wait; wait; sleep 600",
      {
        signal: controller.signal,
        graceMs: 100,
        onStdoutLine: (line) => {
          pids.push(Number(line));
          if (pids.length === 2) controller.abort();
        },
      },
    );
    expect(outcome).toMatchObject({ kind: "aborted" });
    expect(pids).toHaveLength(2);
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  });
});
