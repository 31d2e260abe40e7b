import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf, type InstalledKernel, kernelsToFree, oldKernels } from "../../src/domain/os-update/old-kernels.ts";

const kernels = fc
  .uniqueArray(fc.record({ abi: fc.integer({ min: 1, max: 120 }), flavour: fc.constantFrom("generic", "aws") }), {
    maxLength: 12,
    selector: ({ abi, flavour }) => `${abi} ${flavour}`,
  })
  .chain((list) => fc.record({ list: fc.constant(list), running: fc.nat() }))
  .map(({ list, running }) =>
    list.map(({ abi, flavour }, index): InstalledKernel => {
      const release = `6.8.0-${abi}-${flavour}`;
      const runs = index === running % list.length;
      return { package: `linux-image-${release}`, release, bytes: 1000 + abi, runs };
    }),
  );

const abiOf = ({ release }: InstalledKernel): number => Number(release.split("-")[1]);
const flavourOf = ({ release }: InstalledKernel): string => release.split("-")[2] ?? "";

describe("old kernels", () => {
  test("are never the running one, nor one of the two newest of a flavour", () => {
    fc.assert(
      fc.property(kernels, (installed) => {
        for (const old of oldKernels(installed)) {
          expect(old.runs).toBe(false);
          const newer = installed.filter((other) => flavourOf(other) === flavourOf(old) && abiOf(other) > abiOf(old));
          expect(newer.length).toBeGreaterThanOrEqual(2);
        }
      }),
    );
  });

  test("are taken away oldest first, and no more of them than are needed", () => {
    fc.assert(
      fc.property(kernels, fc.integer({ min: 0, max: 8000 }), (installed, missing) => {
        const chosen = kernelsToFree(installed, missing);
        expect(oldKernels(installed).slice(0, chosen.length)).toEqual(chosen);
        expect(bytesOf(chosen.slice(0, -1))).toBeLessThan(Math.max(1, missing));
        if (chosen.length < oldKernels(installed).length) expect(bytesOf(chosen)).toBeGreaterThanOrEqual(missing);
      }),
    );
  });
});
