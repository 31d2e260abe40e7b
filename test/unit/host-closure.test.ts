import { expect, test } from "vitest";
import { parseHostClosure } from "../../src/domain/host/closure.ts";
import { closureCommand } from "../../src/domain/host/verbs.ts";
import { parseStorePath, type StorePath } from "../../src/domain/ids.ts";
import { aStorePath, recordsOf } from "../support/host-answer.ts";

const path = (letter: string): StorePath => {
  const parsed = parseStorePath(aStorePath(letter));
  if (parsed === undefined) throw new Error("not a store path");
  return parsed;
};

test("the question names what is live, and in its payload what is to come", () => {
  const command = closureCommand(path("a"), [path("b"), path("c")]);
  expect(command).toMatchObject({ verb: "closure", args: [path("a")] });
  expect(new TextDecoder().decode(command.payload)).toBe(`${path("b")}\n${path("c")}\n`);
  expect(closureCommand(null, []).args).toEqual(["-"]);
});

test("the answer gives sizes of what is there, and what is missing", () => {
  const records = recordsOf({ "closure.path": `${path("a")}\t120\n${path("d")}\t7`, "closure.missing": path("b") });
  expect(parseHostClosure(records)).toEqual({
    ok: true,
    value: {
      paths: [
        { path: path("a"), bytes: 120 },
        { path: path("d"), bytes: 7 },
      ],
      missing: new Set([path("b")]),
    },
  });
  expect(parseHostClosure(recordsOf({ "closure.path": "", "closure.missing": "" }))).toMatchObject({
    value: { paths: [], missing: new Set() },
  });
});

test.each([
  ["a size that is no number", { "closure.path": `${aStorePath("a")}\tmuch` }],
  ["a path outside the store", { "closure.path": "/etc/passwd\t1" }],
  ["a missing path that is none", { "closure.path": "", "closure.missing": "../x" }],
])("%s is refused", (_, fields) => {
  expect(parseHostClosure(recordsOf(fields))).toMatchObject({ ok: false, error: { code: "host/facts" } });
});
