import fc from "fast-check";
import { expect, test } from "vitest";
import { compareHostNames, foldHosts, unfoldHosts } from "../../src/domain/fold-hosts.ts";

const piece = fc.oneof(fc.constantFrom("web", "db", "-", ".eu", "n", ""), fc.stringMatching(/^[0-9]{0,4}$/));
const hostName = fc
  .array(piece, { minLength: 1, maxLength: 5 })
  .map((pieces) => pieces.join(""))
  .filter((name) => name !== "");

test("folding and unfolding host names loses none and adds none", () => {
  fc.assert(
    fc.property(fc.array(hostName, { maxLength: 40 }), (names) => {
      const unfolded = unfoldHosts(foldHosts(names));
      expect(unfolded.toSorted()).toEqual([...new Set(names)].sort());
    }),
    { numRuns: 1000 },
  );
});

test("any order of the same names folds to the same text", () => {
  fc.assert(
    fc.property(fc.array(hostName, { maxLength: 20 }), (names) => {
      expect(foldHosts(names.toReversed())).toBe(foldHosts(names));
    }),
  );
});

test("host names have one order, whatever they hold", () => {
  fc.assert(
    fc.property(hostName, hostName, hostName, (a, b, c) => {
      expect(Math.sign(compareHostNames(a, b))).toBe(-Math.sign(compareHostNames(b, a)) + 0);
      expect(compareHostNames(a, b) === 0).toBe(a === b);
      if (compareHostNames(a, b) < 0 && compareHostNames(b, c) < 0) expect(compareHostNames(a, c)).toBeLessThan(0);
    }),
    { numRuns: 1000 },
  );
});
