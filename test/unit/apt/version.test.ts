import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareVersions } from "../../../src/domain/apt/version.ts";

describe("Debian's order of versions", () => {
  // In ascending order; every one is newer than all before it.
  const ascending = [
    "1.0~~",
    "1.0~beta1",
    "1.0~rc1-1",
    "1.0",
    "1.0-1",
    "1.0-1ubuntu1",
    "1.0-1ubuntu1.1",
    "1.0-2",
    "1.0a",
    "1.0+dfsg-1",
    "1.0.1",
    "1.2",
    "1.10",
    "6.8.0-31.31",
    "6.8.0-35.35",
    "6.8.0-100.1",
    "1:0.1",
    "2:0",
  ];

  test.each(ascending.map((version, index) => [version, ascending.slice(0, index)]))(
    "puts %s behind %s",
    (version, before) => {
      for (const older of before) {
        expect(compareVersions(older, version as string)).toBeLessThan(0);
        expect(compareVersions(version as string, older)).toBeGreaterThan(0);
      }
    },
  );

  test.each([
    ["1.0", "1.0-0"],
    ["0:1.0", "1.0"],
    ["1.01", "1.1"],
  ])("finds no difference between %s and %s", (left, right) => expect(compareVersions(left, right)).toBe(0));

  test.runIf(spawnSync("dpkg", ["--version"]).status === 0)(
    "is dpkg's own order, on random versions",
    { timeout: 60_000 },
    () => {
      const part = fc.stringMatching(/^[0-9][0-9a-z.+~]{0,6}$/);
      const version = fc
        .tuple(fc.option(fc.nat(3)), part, fc.option(part))
        .map(
          ([epoch, upstream, revision]) =>
            `${epoch === null ? "" : `${epoch}:`}${upstream}${revision === null ? "" : `-${revision}`}`,
        );
      fc.assert(
        fc.property(version, version, (left, right) => {
          const told = (relation: string): boolean =>
            spawnSync("dpkg", ["--compare-versions", left, relation, right]).status === 0;
          const order = compareVersions(left, right);
          return order < 0 ? told("lt") : order > 0 ? told("gt") : told("eq");
        }),
        { numRuns: 150 },
      );
    },
  );
});
