import { describe, expect, test } from "vitest";
import { foldHosts } from "../../../src/domain/fold-hosts.ts";
import { namePattern } from "../../../src/domain/name-pattern.ts";
import { nearMiss } from "../../../src/domain/near-miss.ts";

describe("the nearest name", () => {
  const known = ["web-1", "db-1", "frontend", "Canary"];
  test.each([
    ["web-2", "web-1"],
    ["wbe-1", "web-1"],
    ["web1", "web-1"],
    ["forntend", "frontend"],
    ["frontends", "frontend"],
    ["canary", "Canary"],
  ])("to %s is %s", (typed, meant) => {
    expect(nearMiss(typed, known)).toBe(meant);
  });

  test.each(["mail", "x", "", "backend"])("to %j is none", (typed) => {
    expect(nearMiss(typed, known)).toBeUndefined();
  });

  test("is the nearest of several", () => {
    expect(nearMiss("stagging", ["staring", "staging"])).toBe("staging");
  });
});

describe("a name pattern", () => {
  test.each([
    ["web-1", "web-1", true],
    ["web-1", "web-11", false],
    ["web-*", "web-1.eu.example", true],
    ["*", "web-1", true],
    ["web-?", "web-1", true],
    ["web-?", "web-12", false],
    ["web-[12]", "web-2", true],
    ["web-[12]", "web-12", false],
    ["web-[!1]", "web-2", true],
    ["web-{1,eu}", "web-eu", true],
    ["web-[8-11]", "web-10", true],
    ["web-[8-11]", "web-12", false],
    ["web-[08-11]", "web-09", true],
    ["web-[08-11]", "web-9", false],
    ["web-[1-3,7].eu", "web-7.eu", true],
    ["web-[1-3,7].eu", "web-5.eu", false],
    ["!web-1", "web-2", false],
  ])("%s on %s is %s", (pattern, name, expected) => {
    expect(namePattern(pattern).matches(name)).toBe(expected);
  });

  test("reads the lists that hosts are folded into", () => {
    const names = ["db-1", "db-2", "db-3", "db-9", "db-10", "db-11"];
    const pattern = namePattern(foldHosts(names));
    expect(Array.from({ length: 20 }, (_, index) => `db-${index}`).filter((name) => pattern.matches(name))).toEqual(
      names,
    );
  });

  test("does not unfold ranges without end", () => {
    expect(namePattern("web-[1-999999999]").matches("web-55")).toBe(false);
  });
});
