/** Which hosts get their closure before their plan is whole. */
import { expect, test } from "vitest";
import { type EarlyCopy, mayTravelEarly } from "../../../src/domain/plan/early-copy.ts";
import { facts, store } from "../../support/plan-builders.ts";

const system = store("2", "web");
const lock = {
  run: "01M8HG2TXKZBD4CYTFG62HQCTX",
  owner: "somebody",
  reason: "apply",
  acquiredAt: 1,
  expiresAt: 2,
  expired: false,
};

const asked = (over: Partial<EarlyCopy> = {}): boolean =>
  mayTravelEarly({
    base: "ubuntu",
    facts: facts(),
    desired: { kind: "closure", system, manifest: null },
    lockAbandoned: false,
    waits: false,
    ...over,
  });

test("a host that is going to change, as far as its facts tell, gets its closure early", () => {
  expect(asked()).toBe(true);
});

test("a host that runs the closure, or will after a boot, needs none", () => {
  expect(asked({ facts: facts({ live: system }) })).toBe(false);
  const staged = { system, reasons: ["kernel"] };
  expect(asked({ facts: facts({ committed: system, staged }) })).toBe(false);
});

test("a host that a window keeps back waits with its closure, too", () => {
  expect(asked({ waits: true })).toBe(false);
});

test("a host that another run holds is left alone, unless that run is dead", () => {
  expect(asked({ facts: facts({ lock }) })).toBe(false);
  expect(asked({ facts: facts({ lock }), lockAbandoned: true })).toBe(true);
  expect(asked({ facts: facts({ lock: { ...lock, expired: true } }) })).toBe(true);
});

test("a host of another base than the inventory says gets nothing", () => {
  expect(asked({ base: "nixos" })).toBe(false);
});
