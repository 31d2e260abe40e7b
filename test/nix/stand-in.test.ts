import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Evaluator, evaluator, libraries } from "../support/intent.ts";
import { noNix } from "../support/nix-fleet.ts";

// The same sentences hold for nixpkgs' own lib, which shows that the stand-in is a fair one.
describe.skipIf(noNix !== "").each(libraries)(`the module system of %s${noNix}`, (_, realLib) => {
  let nixSide: Evaluator;
  beforeAll(() => {
    nixSide = evaluator(realLib);
  });
  afterAll(() => nixSide?.remove());

  const modules = async (list: string, ask = "config"): Promise<unknown> => {
    const { code, stdout, stderr } = await nixSide.expression(
      `with lib; with types; let evaluated = evalModules { modules = ${list}; }; config = evaluated.config; in ${ask}`,
    );
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const option = (type: string, more = ""): string =>
    `{ options.x = mkOption { type = ${type}; description = ""; ${more} }; }`;

  test.each([
    [
      "mkForce beats a plain value, which beats mkDefault",
      "int",
      "[ { x = mkForce 1; } { x = 2; } { x = mkDefault 3; } ]",
      1,
    ],
    ["a default gives way to mkDefault", `(nullOr str)`, `[ { x = mkDefault "d"; } ]`, "d"],
    [
      "mkIf and mkMerge reach into nested values",
      "(attrsOf int)",
      "[ { x = mkMerge [ { a = 1; } (mkIf true { b = mkIf true 2; }) (mkIf false { c = 3; }) ]; } ]",
      { a: 1, b: 2 },
    ],
    ["mkIf false leaves no attribute behind", "(attrsOf int)", "[ { x.a = mkIf false 1; x.b = 2; } ]", { b: 2 }],
    [
      "mkBefore and mkAfter order a list",
      "(listOf int)",
      "[ { x = mkAfter [ 3 ]; } { x = [ 2 ]; } { x = mkBefore [ 1 ]; } ]",
      [1, 2, 3],
    ],
    ["lines are joined, a line each", "lines", `[ { x = mkBefore "a"; } { x = "b"; } ]`, "a\nb"],
    ["equal scalars agree", "str", `[ { x = "a"; } { x = "a"; } ]`, "a"],
    ["null and no value agree", "(nullOr int)", "[ { x = null; } ]", null],
    [
      "submodules merge by field and know their name",
      "(attrsOf (submodule ({ name, config, ... }: { options = { n = mkOption { type = str; default = name; }; i = mkOption { type = int; default = 1; }; j = mkOption { type = int; default = config.i + 1; }; }; })))",
      '[ { x.a.i = 5; } { x.a = { }; x.b = { n = "other"; }; } ]',
      { a: { n: "a", i: 5, j: 6 }, b: { n: "other", i: 1, j: 2 } },
    ],
    [
      "submodules with imports of their own",
      "(submodule { options.i = mkOption { type = int; default = 1; }; })",
      "[ { x = { imports = [ { i = 4; } ]; }; } ]",
      undefined,
    ],
    ["either takes both", "(either str (listOf str))", `[ { x = [ "a" ]; } ]`, ["a"]],
  ])("%s", async (_what, type, definitions, expected) => {
    const list = `[ ${option(type)} ] ++ ${definitions}`;
    if (expected === undefined) await expect(modules(`(${list})`, "config.x")).rejects.toThrow("does not exist");
    else expect(await modules(`(${list})`, "config.x")).toEqual(expected);
  });

  test.each([
    ["a value of another type", "int", `[ { x = "a"; } ]`, "A definition for option `x' is not of type"],
    ["two scalars", "str", `[ { x = "a"; } { x = "b"; } ]`, "conflicting definition values"],
    ["a missing value", "str", "[ ]", "was accessed but has no value defined"],
    ["an undeclared option", "str", `[ { x = "a"; y = 1; } ]`, "The option `y' does not exist"],
    ["null and a value", "(nullOr int)", "[ { x = null; } { x = 1; } ]", "null and not null"],
  ])("refuses %s", async (_what, type, definitions, words) => {
    await expect(modules(`([ ${option(type)} ] ++ ${definitions})`, "config.x")).rejects.toThrow(words);
  });

  test("refuses to set what is read-only a second time", async () => {
    const list = `[ ${option("int", "readOnly = true;")} { x = 1; } { x = 2; } ]`;
    await expect(modules(list, "config.x")).rejects.toThrow("read-only");
  });

  test("takes a module once however often it is imported, and passes arguments on", async () => {
    const shared = `{ key = "shared"; x = [ 1 ]; }`;
    const list = `[ ${option("(listOf int)")} { imports = [ ${shared} ]; } ${shared} ({ extra, ... }: { x = [ extra ]; }) { _module.args.extra = 2; } ]`;
    expect([...((await modules(list, "config.x")) as number[])].sort()).toEqual([1, 2]);
  });
});
