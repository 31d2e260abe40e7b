import { describe, expect, test } from "vitest";
import { derivationName, failedDerivations } from "../../src/domain/nix/build-failures.ts";
import { addLogLine, broughtPaths, emptyNixLog, type NixLog, type NixProgress } from "../../src/domain/nix/log.ts";
import { parseLogLine } from "../../src/domain/nix/log-line.ts";

const drv = (name: string): string => `/nix/store/${"a".repeat(32)}-${name}.drv`;

function read(lines: readonly unknown[]): { log: NixLog; seen: NixProgress[] } {
  const log = emptyNixLog();
  const seen: NixProgress[] = [];
  for (const line of lines) {
    const parsed = parseLogLine(typeof line === "string" ? line : `@nix ${JSON.stringify(line)}`);
    const progress = parsed === undefined ? undefined : addLogLine(log, parsed);
    if (progress !== undefined) seen.push(progress);
  }
  return { log, seen };
}

const message = (msg: string, level = 0) => ({ action: "msg", level, msg });

describe("Nix's log", () => {
  test("tells builds, how many are done, and what they say", () => {
    const { log, seen } = read([
      { action: "start", id: 1, level: 0, type: 104, text: "", parent: 0 },
      { action: "start", id: 2, level: 3, type: 105, text: "building", fields: [drv("one"), "", 1, 1], parent: 0 },
      { action: "result", id: 1, type: 105, fields: [1, 3, 1, 0] },
      { action: "result", id: 2, type: 101, fields: ["\u001b[31mred words\u001b[0m"] },
      { action: "stop", id: 2 },
    ]);
    expect(log.builds).toEqual({ done: 1, expected: 3 });
    expect(seen).toEqual([
      { kind: "build", text: drv("one"), done: 0, expected: 0 },
      // Nix ends the build's own activity much later; the count tells.
      { kind: "build", text: drv("one"), done: 1, expected: 3 },
      { kind: "log", text: "\u001b[31mred words\u001b[0m", drvPath: drv("one") },
    ]);
  });

  test("counts copied paths and bytes, also of paths copied at the same time", () => {
    const copy = (id: number, name: string) => ({
      action: "start",
      id,
      level: 0,
      type: 100,
      text: "",
      fields: [name, "a", "b"],
    });
    const { log } = read([
      { action: "start", id: 9, level: 0, type: 103, text: "" },
      { action: "result", id: 9, type: 106, fields: [100, 107] },
      { action: "result", id: 9, type: 105, fields: [0, 2, 0, 0] },
      copy(1, "/nix/store/x"),
      copy(2, "/nix/store/y"),
      { action: "result", id: 1, type: 105, fields: [50, 100, 0, 0] },
      { action: "result", id: 2, type: 105, fields: [7, 7, 0, 0] },
      { action: "result", id: 1, type: 105, fields: [100, 100, 0, 0] },
      { action: "stop", id: 2 },
      { action: "stop", id: 1 },
    ]);
    expect(log.copied).toEqual({ paths: 2, bytes: 107, expectedPaths: 2, expectedBytes: 107 });
  });

  test("counts a path that was brought and whose end Nix keeps to itself", () => {
    const begin = (id: number) => ({ action: "start", id, level: 0, type: 100, text: "", fields: ["/nix/store/x"] });
    const { log } = read([begin(1), { action: "stop", id: 1 }, begin(2)]);
    expect([log.copied.paths, broughtPaths(log)]).toEqual([1, 2]);
  });

  test("tells of a large path while it travels, but not of every piece", () => {
    const mebibyte = 1024 * 1024;
    const { seen } = read([
      { action: "start", id: 9, level: 0, type: 103, text: "" },
      { action: "result", id: 9, type: 106, fields: [100, 9 * mebibyte] },
      { action: "start", id: 1, level: 0, type: 100, text: "", fields: ["/nix/store/x", "a", "b"] },
      ...Array.from({ length: 90 }, (_, piece) => ({
        action: "result",
        id: 1,
        type: 105,
        fields: [((piece + 1) * mebibyte) / 10, 9 * mebibyte, 0, 0],
      })),
      { action: "stop", id: 1 },
    ]);
    const amounts = seen.map((step) => (step.kind === "copy" ? [step.done, step.bytes / mebibyte] : []));
    expect(amounts).toEqual([
      [0, 0],
      [0, 4],
      [0, 8],
      [1, 9],
    ]);
  });

  test("keeps ids apart that a number of JavaScript could not tell apart", () => {
    const { log } = read([
      `@nix {"action":"start","id":9007199254740993,"level":0,"type":105,"text":"","fields":["${drv("odd")}"]}`,
      `@nix {"action":"start","id":9007199254740992,"level":0,"type":105,"text":"","fields":["${drv("even")}"]}`,
      '@nix {"action":"result","id":9007199254740993,"type":101,"fields":["from the odd one, \\"id\\":1"]}',
    ]);
    expect(log.buildLogs).toEqual(new Map([[drv("odd"), ['from the odd one, "id":1']]]));
  });

  test("ignores what it does not know: other text, cut lines, new kinds", () => {
    const { log, seen } = read([
      "plain words",
      "@nix {",
      '@nix {"action":"dance"}',
      { action: "start", id: 1, level: 0, type: 999 },
    ]);
    expect(seen).toEqual([]);
    expect(log.errors).toEqual([]);
  });

  test("keeps the last words of a build, not all", () => {
    const { log } = read([
      { action: "start", id: 1, level: 0, type: 105, text: "", fields: [drv("long")] },
      ...Array.from({ length: 100 }, (_, line) => ({ action: "result", id: 1, type: 101, fields: [`line ${line}`] })),
    ]);
    expect(log.buildLogs.get(drv("long"))).toHaveLength(25);
    expect(log.buildLogs.get(drv("long"))?.at(-1)).toBe("line 99");
  });
});

describe("failed derivations", () => {
  test("are those that failed themselves, in the words of every version", () => {
    const { log } = read([
      message(
        `\u001b[31;1merror:\u001b[0m builder for '\u001b[35;1m${drv("old")}\u001b[0m' failed with exit code 1;\n       last 2 log lines:\n       > no`,
      ),
      message(`error: Cannot build '${drv("new")}'.\nReason: builder failed with exit code 2.\nLast 1 log lines:`),
      message(`error: hash mismatch in fixed-output derivation '${drv("source.tar.gz")}':\n  specified: sha256-A`),
      message(
        `error: a 'aarch64-linux' with features {} is required to build '${drv("arm")}', but I am a 'x86_64-linux' with features {}`,
      ),
    ]);
    expect(failedDerivations(log).map(({ drvPath, reason }) => [derivationName(drvPath), reason])).toEqual([
      ["old", "the builder failed with exit code 1"],
      ["new", "the builder failed with exit code 2"],
      ["source.tar.gz", `hash mismatch in fixed-output derivation '${drv("source.tar.gz")}'`],
      ["arm", expect.stringContaining("'aarch64-linux' with features {} is required")],
    ]);
  });

  test("are not those that only miss something", () => {
    const { log } = read([
      message(`error: 1 dependencies of derivation '${drv("top")}' failed to build`),
      message(`error: Cannot build '${drv("top")}'.\nReason: 1 dependency failed.\nOutput paths:`),
      message(`error: build of '${drv("top")}^*', '${drv("other")}^*' failed`),
      message("error: some other words"),
      message(`warning about '${drv("x")}'`, 1),
    ]);
    expect(failedDerivations(log)).toEqual([]);
  });
});
