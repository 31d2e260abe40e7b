import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { heldUpAt, ON_THE_WAY_MS, type Place } from "../../src/domain/slots/line.ts";

const NOW = 1_000_000;

const line = fc
  .array(
    fc.record({
      groups: fc.uniqueArray(fc.constantFrom("web", "db", "eu"), { minLength: 1 }),
      owedSince: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      asked: fc.boolean(),
      isFull: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((places) =>
    places.map(
      ({ groups, owedSince, asked, isFull }, number): Place => ({
        host: `host-${number}`,
        number,
        groups,
        owedSince,
        ...(asked ? { askedAtMs: NOW } : {}),
        ...(asked && isFull && groups[0] !== undefined ? { fullAt: groups[0] } : {}),
      }),
    ),
  );

const owed = ({ owedSince }: Place): number => owedSince ?? Number.POSITIVE_INFINITY;

describe("the line for reboot slots", () => {
  test("always has somebody whose turn it is: one of those who owe longest", () => {
    fc.assert(
      fc.property(line, (places) => {
        const free = places.filter((place) => heldUpAt(place, places, NOW) === undefined);
        expect(free.map(owed)).toContain(Math.min(...places.map(owed)));
      }),
    );
  });

  test("never lets a host go before another that owes longer and wants the same budget", () => {
    fc.assert(
      fc.property(line, fc.nat(), fc.nat(), (places, one, other) => {
        const [me, them] = [places[one % places.length], places[other % places.length]] as [Place, Place];
        const wanted = them.fullAt === undefined ? them.groups : [them.fullAt];
        fc.pre(owed(them) < owed(me) && wanted.some((group) => me.groups.includes(group)));
        expect(heldUpAt(me, places, NOW)).toBeDefined();
      }),
    );
  });

  const older: Place = { host: "old", number: 2, groups: ["web", "eu"], owedSince: 1 };
  const younger: Place = { host: "young", number: 1, groups: ["web"], owedSince: 2, askedAtMs: NOW };

  test("waits for a host that is on its way, but not for long", () => {
    expect(heldUpAt(younger, [younger, older], NOW)).toBe("web");
    expect(heldUpAt(younger, [younger, older], NOW + ON_THE_WAY_MS)).toBeUndefined();
    expect(heldUpAt(younger, [younger, { ...older, askedAtMs: NOW }], NOW + ON_THE_WAY_MS)).toBe("web");
  });

  test("holds nobody up by a budget that only the other one waits for", () =>
    expect(heldUpAt(younger, [younger, { ...older, askedAtMs: NOW, fullAt: "eu" }], NOW)).toBeUndefined());
});
