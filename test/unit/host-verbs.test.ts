import { describe, expect, test } from "vitest";
import { judgeActivation } from "../../src/domain/host/activation.ts";
import { assembleProgram } from "../../src/domain/host/assemble.ts";
import { parseInspection } from "../../src/domain/host/inspect.ts";
import { refusalOf } from "../../src/domain/host/refusal.ts";
import {
  acquireLockCommand,
  activateCommand,
  gcCommand,
  inspectCommand,
  rejectCommand,
  removeCommand,
} from "../../src/domain/host/verbs.ts";
import { parseGeneration, parseRunId, parseStorePath } from "../../src/domain/ids.ts";
import { aStorePath, type Fields, recordsOf } from "../support/host-answer.ts";

const run = parseRunId("01K9ZZZZZZZZZZZZZZZZZZZZZZ")!;
const system = parseStorePath(aStorePath("a"))!;
const expected = { live: null, generation: parseGeneration(0)! };

describe("the verbs", () => {
  test("write an absent value as a dash, so that no argument is empty", () => {
    expect(
      activateCommand(system, { run, expected, owner: "ann@desk", revision: null, confirmSeconds: 0 }).args,
    ).toEqual([...[run, system, "-", "0", "ann@desk", "-"]]);
    expect(
      removeCommand({
        run,
        expected: { ...expected, live: system },
        owner: "ann@desk",
        revision: "abc",
        confirmSeconds: 0,
      }).args,
    ).toEqual([...[run, system, "0", "ann@desk", "abc"]]);
    expect(acquireLockCommand({ run, owner: "ann", ttlSeconds: 60, reason: "apply" }).args.at(-1)).toBe("-");
    expect(gcCommand(5, "forget").args).toEqual(["--keep", "5"]);
    expect(gcCommand(5, "look").args).toEqual(["--keep", "5", "look"]);
  });

  test("ask for a confirmation in front of everything else, and for none with no seconds", () => {
    const request = { run, expected, owner: "ann@desk", revision: null, confirmSeconds: 45 };
    expect(activateCommand(system, request).args.slice(0, 2)).toEqual(["confirm=45", run]);
    expect(removeCommand(request).args.slice(0, 2)).toEqual(["confirm=45", run]);
    expect(rejectCommand(run, "ab", "two\nlines\tand more").args).toEqual([run, "ab", "two lines and more"]);
  });

  test("name paths to look at in the payload, not on the command line", () => {
    const { args, payload } = inspectCommand([
      { kind: "stat", path: "/etc/a b" },
      { kind: "read", path: "/etc/motd", maxBytes: 100 },
    ]);
    expect(args).toEqual([]);
    expect(Buffer.from(payload).toString()).toBe("stat /etc/a b\nread 100 /etc/motd\n");
  });
});

describe("the end of an activation", () => {
  const judge = (code: number, fields: Fields = {}) => judgeActivation(recordsOf(fields), code);

  test("is done only with code 0 and a result", () => {
    expect(judge(0, { result: "code\t0\nat\t1\ngeneration\t4" })).toEqual({
      ok: true,
      value: { generation: 4, edited: [], editedFolder: null, waitsForBoot: [] },
    });
    expect(judge(0).ok).toBe(false);
    expect(judge(0, { result: "code\t0\nat\t1" }).ok).toBe(false);
  });

  test("names the copies of files that somebody had edited", () => {
    const result = "code\t0\ngeneration\t4\nedited-folder\t/var/lib/nixfleet/edited/x";
    expect(judge(0, { result, edited: "/etc/a\n/etc/b" })).toMatchObject({
      value: { edited: ["/etc/a", "/etc/b"], editedFolder: "/var/lib/nixfleet/edited/x" },
    });
  });

  test.each([
    [65, "host/refused"],
    [69, "host/conflict"],
    [70, "host/activation"],
    [71, "host/rolled-back"],
    [72, "host/interrupted"],
    [73, "host/storage"],
    [75, "host/locked"],
    [76, "host/moved"],
    [78, "host/unsupported"],
    [139, "host/activation"],
  ])("with code %i is the failure %s", (code, failureCode) => {
    expect(judge(code, { problem: "because" })).toMatchObject({ ok: false, error: { code: failureCode } });
  });
});

describe("a refusal", () => {
  test("tells each of the host's reasons", () => {
    const refusal = refusalOf(recordsOf({ problem: ["/etc/a: is a directory", "/etc/b: exists"] }), 69);
    expect(refusal).toMatchObject({
      found: "/etc/a: is a directory",
      detail: "/etc/a: is a directory\n/etc/b: exists",
    });
  });

  test("says who holds the lock, or which activation is going on", () => {
    expect(refusalOf(recordsOf({ lock: "01RUN\tann@desk\tapply\t1\t2" }), 75).found).toBe(
      "run 01RUN of ann@desk: apply",
    );
    expect(refusalOf(recordsOf({ activation: "01RUN" }), 75).found).toBe("run 01RUN");
  });
});

describe("an inspection", () => {
  test("gives what stands at each path, and the bytes of what may be shown", () => {
    const parsed = parseInspection([
      ...recordsOf({
        stat: [`/etc/motd\tfile\t0644\troot\troot\t${"1".repeat(64)}`, "/etc/x\tmissing\t-\t-\t-\t-"],
        content: "/etc/motd\nhello\n\n",
      }),
    ]);
    if (!parsed.ok) throw new Error(parsed.error.what);
    expect(parsed.value.paths.get("/etc/motd")).toMatchObject({ kind: "file", mode: "0644 root root" });
    expect(parsed.value.paths.get("/etc/x")).toMatchObject({ kind: "missing", mode: "", sha256: null });
    expect(Buffer.from(parsed.value.contents.get("/etc/motd")!).toString()).toBe("hello\n\n");
  });

  test.each([
    "etc/motd\tfile\t0644\troot\troot\t-",
    "/a\tthing\t0644\tr\tr\t-",
    "/a\tfile\trw\tr\tr\t-",
    "/a\tfile\t0644\tr\tr\tzz",
  ])("refuses %j", (stat) => expect(parseInspection(recordsOf({ stat })).ok).toBe(false));
});

test("the program loses only comments when it is put together", () => {
  expect(assembleProgram(["# one\na=1\n\n  # two\n", "b='# not one'\n"])).toBe("#!/bin/sh\na=1\nb='# not one'\n");
});
