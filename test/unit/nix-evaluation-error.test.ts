import { describe, expect, test } from "vitest";
import { parseHostName } from "../../src/domain/ids.ts";
import { describeEvaluationError } from "../../src/domain/nix/evaluation-error.ts";
import { evaluationFailure } from "../../src/domain/nix/evaluation-failure.ts";
import { hostInContexts } from "../../src/domain/nix/expression.ts";
import { type NixLogMessage, parseLogLine } from "../../src/domain/nix/log-line.ts";
import { placeOfDefinition } from "../../src/domain/nix/named-definition.ts";
import { isOwnFile, withOwnFiles, withoutTreeUrls } from "../../src/domain/nix/own-files.ts";

const fleet = `/nix/store/${"f".repeat(32)}-source`;
const library = `/nix/store/${"l".repeat(32)}-source`;
const isOwn = (file: string): boolean => file.startsWith(`${fleet}/`);

function message(fields: Record<string, unknown>): NixLogMessage {
  const line = parseLogLine(`@nix ${JSON.stringify({ action: "msg", level: 0, ...fields })}`);
  if (line?.action !== "msg") throw new Error("not a message");
  return line;
}

describe("an evaluation error", () => {
  test("has its cause first and the place in the fleet, in the form of Nix 2.20 and later", () => {
    const error = describeEvaluationError(
      [
        message({
          raw_msg: "attribute '\u001b[35;1mport\u001b[0m' missing",
          msg: [
            "\u001b[31;1merror:\u001b[0m",
            "       … while evaluating the option",
            `         \u001b[34;1mat \u001b[35;1m${library}/lib/modules.nix:9:3\u001b[0m:`,
            "            8| {",
            "            9|   merge = 1;",
            "             |   ^",
            `         at ${fleet}/hosts/web-1.nix:12:5:`,
            "           11|   listen =",
            "           12|     config.service.port;",
            "             |     ^",
            "       error: attribute 'port' missing",
          ].join("\n"),
          file: `${library}/lib/attrs.nix:77:1`,
          line: 77,
          column: 1,
          trace: [
            { file: `${fleet}/hosts/web-1.nix:12:5`, line: 12, column: 5, raw_msg: "while evaluating the option" },
            { file: null, line: null, column: null, raw_msg: "while evaluating the closure of host web-1" },
          ],
        }),
      ],
      isOwn,
    );
    expect(error).toMatchObject({
      cause: "attribute 'port' missing",
      place: { file: `${fleet}/hosts/web-1.nix`, line: 12, column: 5, excerpt: "    config.service.port;" },
    });
    expect(hostInContexts(error?.contexts ?? [])).toBe("web-1");
  });

  test("has its cause first in the form of Nix 2.8, without positions in the message", () => {
    const text =
      "error: the option `nixfleet.fils' does not exist\n\n       … while evaluating the attribute 'closure'\n\n       at /x/flake.nix:5:9:\n";
    expect(describeEvaluationError([message({ msg: text, file: null, line: null, column: null })], isOwn)?.cause).toBe(
      "the option `nixfleet.fils' does not exist",
    );
  });

  test("falls back to the place in a library when the fleet has no part in it", () => {
    const error = describeEvaluationError(
      [message({ msg: "error: x", raw_msg: "x", file: `${library}/a.nix:3:4`, line: 3, column: 4 })],
      isOwn,
    );
    expect(error?.place).toEqual({ file: `${library}/a.nix`, line: 3, column: 4 });
  });

  test("does not point at the place where a library throws", () => {
    const thrown = message({
      msg: "error: x",
      raw_msg: "The option `services.ngin' does not exist. Definition values:\n- In `/elsewhere/x.nix': { }",
      trace: [
        { file: `${library}/lib/modules.nix:3:4`, line: 3, column: 4, raw_msg: "while calling the 'throw' builtin" },
      ],
    });
    const error = describeEvaluationError([thrown], isOwn);
    expect(error?.cause).toBe("The option `services.ngin' does not exist");
    expect(error).not.toHaveProperty("place");
    expect(error).not.toHaveProperty("definition");
  });

  test.each([
    ["nixfleet.fils", "{ pkgs, ... }:\n{\n  nixfleet = {\n    files = { };\n    fils = { };\n  };\n}\n", 5, 5],
    ["nixfleet.fils", "{\n  nixfleet.fils = { };\n}\n", 2, 12],
    ['users."a.b"', '{\n  users."a.b".shell = 3;\n}\n', 2, 9],
    ["nixfleet.made", "import ./made-elsewhere.nix\n", 1, 1],
  ])("finds the line of the definition of %s that a module error names without it", (option, text, line, column) => {
    const raw_msg = `The option \`${option}' does not exist. Definition values:\n- In \`${fleet}/hosts/web-1.nix': { }`;
    const definition = describeEvaluationError([message({ msg: "", raw_msg })], isOwn)?.definition;
    if (definition === undefined) throw new Error("no definition");
    expect(placeOfDefinition(definition, text)).toMatchObject({ file: `${fleet}/hosts/web-1.nix`, line, column });
  });

  test("passes over hints that Nix adds behind it", () => {
    const errors = [
      message({ msg: "error: real", raw_msg: "real" }),
      message({ msg: "(use '--show-trace' to show detailed location information)" }),
    ];
    expect(describeEvaluationError(errors, isOwn)?.cause).toBe("real");
  });

  test("is nothing without messages", () => {
    expect(describeEvaluationError([], isOwn)).toBeUndefined();
  });
});

describe("a file of the fleet", () => {
  const tree = { storePath: fleet, root: "/home/me/my fleet" };

  test("has its own name, whether Nix names the copy in the store, the file or the git tree", () => {
    const url = "«git+file:///home/me/my%20fleet?ref=refs/heads/main&rev=0123»";
    const named = withoutTreeUrls(
      message({
        msg: `error: no\n  at ${url}/a.nix:1:2: and «github:x/y»/b.nix`,
        raw_msg: `In \`${url}/a.nix'`,
        file: `${url}/a.nix:1:2`,
        trace: [{ file: `${url}/hosts/b.nix`, raw_msg: "while" }, { file: null }],
      }),
      tree,
    );
    expect(named).toMatchObject({
      msg: "error: no\n  at /home/me/my fleet/a.nix:1:2: and «github:x/y»/b.nix",
      raw_msg: "In `/home/me/my fleet/a.nix'",
      file: "/home/me/my fleet/a.nix:1:2",
      trace: [{ file: "/home/me/my fleet/hosts/b.nix" }, { file: null }],
    });
    expect(isOwnFile(`${fleet}/a.nix`, tree)).toBe(true);
    expect(isOwnFile(`${tree.root}/a.nix`, tree)).toBe(true);
    expect(isOwnFile(`${library}/a.nix`, tree)).toBe(false);
    expect(withOwnFiles(`at ${fleet}/a.nix`, tree)).toBe("at /home/me/my fleet/a.nix");
  });

  test("of another tree keeps the name that Nix gives it", () => {
    const other = message({ msg: "at «git+file:///home/me/library?rev=1»/a.nix" });
    expect(withoutTreeUrls(other, tree).msg).toBe(other.msg);
  });
});

describe("as a failure", () => {
  const host = parseHostName("web-1");
  const error = (cause: string, ...more: string[]) => ({ cause, more, contexts: [] });

  test("says the one problem of a host without the prefix it is thrown with", () => {
    expect(evaluationFailure(error("nixfleet: host web-1: no such role: nginxx"), host, (file) => file)).toMatchObject({
      code: "nix/evaluation-failed",
      what: "no such role: nginxx",
      host: "web-1",
    });
  });

  test("says the first of several problems, and the others below it", () => {
    const failure = evaluationFailure(
      error("nixfleet: host web-1:", "- no role a", "- no role b"),
      host,
      (file) => file,
    );
    expect(failure).toMatchObject({ what: "no role a", detail: "no role b" });
  });

  test("of the whole flake has another code", () => {
    expect(evaluationFailure(error("undefined variable 'x'"), undefined, (file) => file).code).toBe("nix/flake-failed");
  });
});
