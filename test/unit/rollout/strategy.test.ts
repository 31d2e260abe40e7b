import { describe, expect, test } from "vitest";
import { assembleRollout } from "../../../src/domain/rollout/assemble-rollout.ts";
import { rolloutSchema } from "../../../src/domain/rollout/plan-rollout.ts";
import { allAtOnce, type RolloutOverride } from "../../../src/domain/rollout/strategy.ts";
import { verifyRollout } from "../../../src/domain/rollout/verify-rollout.ts";
import { shortWindows, startsAt } from "../../../src/domain/rollout/window-check.ts";
import { inventoryOf } from "../../support/inventory.ts";
import { hostsFor } from "../../support/rollout-hosts.ts";

const inventory = inventoryOf(`
fleet: { blackouts: 2026-12-24/2026-12-26 Europe/Berlin }
groups:
  web: { hosts: ["web-*"], rollout: careful }
hosts:
  web-1: { base: ubuntu, addr: 10.0.1.11 }
  web-2: { base: ubuntu, addr: 10.0.1.12, tags: [canary] }
  web-3: { base: ubuntu, addr: 10.0.1.13 }
  db-1: { base: debian, addr: 10.0.2.11 }
  db-2: { base: debian, addr: 10.0.2.12, rollout: nightly }
rollouts:
  careful: { stages: [1, 50%], soak: 2m, maxParallel: 2, onFailure: rollback-all }
  nightly: { windows: "* 02:00-04:00 Europe/Berlin" }
  plain: {}
`);
const rolloutWith = (override: RolloutOverride = {}, maxParallel?: number) =>
  assembleRollout(hostsFor(inventory, override).hosts, maxParallel);
const stagesOf = (override: RolloutOverride) =>
  rolloutWith(override).lanes.map(
    ({ name, stages }) => `${name}: ${stages.map((it) => `${it.name} ${it.hosts.length}`).join(", ")}`,
  );

describe("a rollout", () => {
  test("has a lane for each strategy, and one for hosts without", () => {
    expect(stagesOf({})).toEqual(["careful: canary 1, 50% 1, all 1", "all-at-once: all 1", "nightly: all 1"]);
  });

  test("is sound, and in the form that plans have", () => {
    expect(verifyRollout(rolloutWith())).toEqual([]);
    expect(rolloutSchema.parse(rolloutWith())).toEqual(rolloutWith());
  });

  test("lets all lanes go at their own pace unless a number is typed", () => {
    expect(rolloutWith().maxParallel).toBe(2 + 10 + 10);
    expect(rolloutWith({}, 3).maxParallel).toBe(3);
  });

  test("binds hosts to the windows of their strategy and the blackouts of the fleet", () => {
    const { calendars, constraints } = rolloutWith();
    const texts = (host: string) =>
      constraints
        .find((one) => one.host === host)
        ?.calendars.map((at) => calendars[at]?.windows.concat(calendars[at].blackouts));
    expect(texts("web-1")).toEqual([["2026-12-24/2026-12-26 Europe/Berlin"]]);
    expect(texts("db-2")).toEqual([["* 02:00-04:00 Europe/Berlin"], ["2026-12-24/2026-12-26 Europe/Berlin"]]);
  });

  test("says when hosts that have to wait may start", () => {
    const noon = Date.parse("2026-06-07T12:00Z");
    expect([...startsAt(rolloutWith(), noon)]).toEqual([["db-2", Date.parse("2026-06-08T00:00Z")]]);
    const christmas = Date.parse("2026-12-25T12:00Z");
    expect(startsAt(rolloutWith(), christmas).get("db-1")).toBe(Date.parse("2026-12-26T23:00Z"));
  });

  test("tells hosts for which no window is long enough", () => {
    const slow = assembleRollout(hostsFor(inventory).hosts.map((host) => ({ ...host, estimateMs: 110 * 60_000 })));
    expect(shortWindows(rolloutWith(), Date.parse("2026-06-07T12:00Z"))).toEqual([]);
    expect(shortWindows(slow, Date.parse("2026-06-07T12:00Z"))).toMatchObject([
      {
        code: "rollout/window-too-short",
        what: "no window is open long enough for db-2",
        expected: expect.stringContaining("2h1m"),
      },
    ]);
  });
});

describe("a strategy that is typed", () => {
  test("takes the place of all others", () => {
    expect(stagesOf({ strategy: "careful" })).toEqual(["careful: canary 1, 50% 2, all 2"]);
    expect(stagesOf({ strategy: "all-at-once" })).toEqual(["all-at-once: all 5"]);
  });

  test("has to exist", () => {
    expect(hostsFor(inventory, { strategy: "carefull" }).failures).toMatchObject([
      { code: "rollout/unknown-strategy", next: "did you mean careful?" },
    ]);
  });

  test("changes only what is typed", () => {
    const { lanes } = rolloutWith({ soakMs: 5000, maxFailures: null });
    expect(lanes[0]?.pace).toMatchObject({
      soakMs: 5000,
      maxFailures: null,
      maxParallel: 2,
      onFailure: "rollback-all",
    });
  });

  test("in stages brings canaries along, unless they are typed too", () => {
    const stages = [{ count: 2 }, { percent: 100 }];
    expect(stagesOf({ strategy: "all-at-once", stages })).toEqual(["all-at-once: canary 1, 2 hosts 1, all 3"]);
    expect(stagesOf({ strategy: "all-at-once", stages, canary: { kind: "none" } })).toEqual([
      "all-at-once: 2 hosts 2, all 3",
    ]);
  });

  test("that goes on after failures has no limits of its own", () => {
    const goesOn = rolloutWith({ onFailure: "continue" }).lanes[0]?.pace;
    expect(goesOn).toMatchObject({ maxFailures: null, maxUnreachable: null });
    const limited = rolloutWith({ onFailure: "continue", maxFailures: { count: 1 } }).lanes[0]?.pace;
    expect(limited).toMatchObject({ maxFailures: 1, maxUnreachable: null });
  });

  test("names canaries by the patterns of selections", () => {
    const first = (patterns: string[]) =>
      rolloutWith({ strategy: "careful", canary: { kind: "hosts", patterns } }).lanes[0]?.stages[0]?.hosts.toSorted();
    expect(first(["db-*"])).toEqual(["db-1", "db-2"]);
    expect(first(["web:!web-2", "db-1"])).toEqual(["db-1", "web-1", "web-3"]);
  });

  test("with a canary that nobody is fails", () => {
    const failures = (pattern: string) =>
      hostsFor(inventory, { canary: { kind: "hosts", patterns: [pattern] } }).failures.map(({ code }) => code);
    expect(new Set(failures("web-9"))).toEqual(new Set(["inventory/unknown-host"]));
    expect(new Set(failures("gpu-*"))).toEqual(new Set(["inventory/glob-matches-nothing"]));
  });
});

describe("the plain strategy", () => {
  test("is what the inventory makes of one that sets nothing", () => {
    expect(inventory.rollouts.get("plain")).toEqual(allAtOnce);
  });
});
