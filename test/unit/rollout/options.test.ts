import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addRolloutOptions, addWaitOption, patienceOf, rolloutOverride } from "../../../src/cli/rollout-options.ts";

function parse(...argv: string[]) {
  const command = addWaitOption(addRolloutOptions(new Command("apply")))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  command.parse(argv, { from: "user" });
  return command.opts();
}
const override = (...argv: string[]) => rolloutOverride(parse(...argv));

describe("the options that shape a rollout", () => {
  test("change nothing when they are left out", () => {
    expect(override()).toEqual({});
  });

  test.each([
    [["--strategy", "careful"], { strategy: "careful" }],
    [["--canary", "2"], { canary: { kind: "count", count: 2 } }],
    [["--canary", "web-*"], { canary: { kind: "hosts", patterns: ["web-*"] } }],
    [["--canary", "none"], { canary: { kind: "none" } }],
    [["--batch", "1,10%, 50%"], { stages: [{ count: 1 }, { percent: 10 }, { percent: 50 }] }],
    [["--soak", "2m"], { soakMs: 120_000 }],
    [["--max-failures", "5%"], { maxFailures: { percent: 5 } }],
    [["--max-failures", "0"], { maxFailures: { count: 0 } }],
    [["--max-unreachable", "none"], { maxUnreachable: null }],
    [["--on-failure", "rollback-all"], { onFailure: "rollback-all" }],
  ])("%j is understood", (argv, expected) => {
    expect(override(...argv)).toEqual(expected);
  });

  test.each([
    ["--canary", "0"],
    ["--batch", "0,10%"],
    ["--batch", "50%,10%"],
    ["--batch", "1,,3"],
    ["--batch", "all"],
    ["--soak", "2"],
    ["--max-failures", "-1"],
    ["--max-failures", "101%"],
    ["--max-unreachable", "some"],
    ["--on-failure", "retry"],
    ["--wait", "long"],
  ])("%s %s is refused", (...argv) => {
    expect(() => parse(...argv)).toThrow();
  });

  test("take how many at once from the flag that every verb has", () => {
    expect(rolloutOverride({ parallel: 50 })).toEqual({ maxParallel: { count: 50 } });
  });
});

describe("patience", () => {
  test("is none for windows, and endless for an approval where somebody can be asked", () => {
    expect(patienceOf(parse(), true)).toEqual({ windowPatienceMs: 0, approvalPatienceMs: null });
    expect(patienceOf(parse(), false)).toEqual({ windowPatienceMs: 0, approvalPatienceMs: 0 });
    expect(patienceOf(parse("--wait", "2h"), true)).toEqual({
      windowPatienceMs: 7_200_000,
      approvalPatienceMs: 7_200_000,
    });
  });
});
