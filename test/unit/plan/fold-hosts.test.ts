import { describe, expect, test } from "vitest";
import { compareHostNames, foldHosts, unfoldHosts } from "../../../src/domain/fold-hosts.ts";

describe("folding host names", () => {
  test.each([
    [[], ""],
    [["web-1"], "web-1"],
    [["web-3", "web-1", "web-2"], "web-[1-3]"],
    [["web-1", "web-3", "web-4"], "web-[1,3-4]"],
    [["web-9", "web-10", "web-11"], "web-[9-11]"],
    [["db01", "db02", "db10"], "db[01-02,10]"],
    [["db08", "db09", "db10", "db11"], "db[08-11]"],
    [["db1", "db01"], "db01,db1"],
    [["db", "web-1", "web-2"], "db,web-[1-2]"],
    [["web-1.eu", "web-2.eu", "web-1.us"], "web-[1-2].eu,web-1.us"],
    [["web-1.eu-2", "web-2.eu-2", "web-3.eu-2"], "web-[1-3].eu-2"],
    [["a1", "a1", "a2"], "a[1-2]"],
    [["n0", "n1", "n2"], "n[0-2]"],
    [["x99999999999999999998", "x99999999999999999999"], "x99999999999999999998,x99999999999999999999"],
  ])("%j is %s, and back", (names, folded) => {
    expect(foldHosts(names)).toBe(folded);
    expect(new Set(unfoldHosts(folded))).toEqual(new Set(names));
  });

  test("puts numbers in the order of numbers", () => {
    expect(["web-10", "web-2", "db-1", "web-1"].sort(compareHostNames)).toEqual(["db-1", "web-1", "web-2", "web-10"]);
  });
});
