import { describe, expect, test } from "vitest";
import { isHeld, keptBackOf } from "../../../src/domain/apt/kept-back.ts";
import { hostUpdates, simulation, upgrade } from "../../support/apt/host-updates.ts";

const full = { selection: "full", holds: [], pins: {} } as const;
const all = simulation(upgrade("a"), upgrade("b"));
const onlyB = simulation(upgrade("b"));
const why = (updates: Parameters<typeof hostUpdates>[0], policy: Parameters<typeof keptBackOf>[1] = full) =>
  keptBackOf(hostUpdates({ chosen: onlyB, own: onlyB, phased: onlyB, all, ...updates }), policy).map(
    (kept) => kept.why,
  );

describe("a newer version that is not installed", () => {
  test("is held when the administrator holds it, or the inventory does by a glob", () => {
    expect(why({ held: ["a"] })).toEqual(["hold"]);
    expect(why({}, { ...full, holds: ["a*"] })).toEqual(["hold"]);
  });

  test("is pinned when the inventory pins it", () => expect(why({}, { ...full, pins: { a: "1.0" } })).toEqual(["pin"]));

  test("waits for its phase when it would come were nothing phased", () =>
    expect(why({ phased: all })).toEqual(["phasing"]));

  test("would remove something when only an upgrade with removals brings it", () =>
    expect(why({ all: simulation("Remv victim [1.0]", upgrade("a"), upgrade("b")) })).toEqual(["removal"]));

  test("lacks a dependency when not even that is the reason", () => expect(why({})).toEqual(["dependency"]));

  test("was not asked for when only security updates were", () =>
    expect(why({ own: all, phased: all }, { ...full, selection: "security" })).toEqual(["selection"]));

  test("is told with the security update that waits behind it", () => {
    const updates = hostUpdates({ all, security: simulation(upgrade("a", "noble-security")), held: ["a", "b"] });
    expect(keptBackOf(updates, full).map(({ name, security }) => [name, security])).toEqual([
      ["a", true],
      ["b", false],
    ]);
  });

  test("is nothing new: a new dependency is not kept back", () =>
    expect(why({ all: simulation(upgrade("b"), "Inst new (1.0 Ubuntu:24.04/noble [all])") })).toEqual([]));
});

describe("a hold", () => {
  const packages = new Map([["libnvidia-gl", { source: "nvidia-graphics", auto: true, phasedPercent: null }]]);
  test.each([
    ["libnvidia-gl", true],
    ["nvidia-graphics", true],
    ["src:nvidia-*", true],
    ["src:libnvidia-gl", false],
    ["libnvidia", false],
  ])("on %s covers a package of that name or source: %s", (hold, covered) =>
    expect(isHeld("libnvidia-gl", hostUpdates({ packages }), [hold])).toBe(covered),
  );
});
