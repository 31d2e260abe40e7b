import { describe, expect, test } from "vitest";
import type { PlannedCheck } from "../../../src/domain/health/check.ts";
import { checksFor, confirmationMs } from "../../../src/domain/health/declared.ts";
import { placed } from "../../../src/domain/health/place.ts";
import { manifestSchema } from "../../../src/domain/manifest/manifest.ts";
import { inventoryOf } from "../../support/inventory.ts";
import { manifest } from "../../support/plan-builders.ts";

const inventory = inventoryOf(`
groups:
  web:
    hosts: [web-1]
    healthChecks:
      public: { http: "http://{addr}:8080/health", from: deployer, minHealthy: 10s, deadline: 2m, retries: 3 }
      db: { tcp: 5432, timeout: 1s, interval: 5s }
      api: { http: "http://127.0.0.1/", expectStatus: 204 }
hosts:
  web-1: { base: ubuntu, addr: 10.0.1.11, healthChecks: { api: { unit: api.service } } }
`);
const own = inventory.hosts[0]!.healthChecks;

describe("checks of the inventory", () => {
  test("take the usual pace where they say nothing, and a name replaces the whole check", () => {
    expect(own).toEqual([
      expect.objectContaining({ name: "api", probe: { kind: "unit", unit: "api.service" }, from: "host" }),
      expect.objectContaining({
        name: "db",
        probe: { kind: "tcp", host: "127.0.0.1", port: 5432 },
        ...{ timeoutMs: 1_000, intervalMs: 5_000, minHealthyMs: 1_000, deadlineMs: null, retries: null },
      }),
      expect.objectContaining({
        ...{ name: "public", from: "deployer", minHealthyMs: 10_000, deadlineMs: 120_000, retries: 3 },
      }),
    ]);
  });

  test.each([
    ["{ }", "exactly one of unit, command, http and tcp"],
    ["{ unit: a.service, tcp: 80 }", "exactly one of unit, command, http and tcp"],
    ["{ tcp: 80, expectStatus: 200 }", "only http answers with a status"],
    ["{ unit: a.service, from: deployer }", "the deployer can ask http and tcp only"],
    ["{ http: localhost }", "has a bad value"],
    ["{ tcp: 0 }", "has a bad value"],
    ['{ command: "a\\nb" }', "has a bad value"],
    ["{ unit: a.service, timout: 3s }", "unknown key timout"],
  ])("are refused as %s, with their place", (check, why) => {
    expect(() =>
      inventoryOf(`hosts:\n  a:\n    base: ubuntu\n    addr: a\n    healthChecks: { web: ${check} }\n`),
    ).toThrow(why);
  });
});

describe("the checks that gate a change", () => {
  const old = { name: "api", kind: "tcp", host: "127.0.0.1", port: 80, timeoutSeconds: 30 } as const;
  const declared = {
    name: "nginx",
    kind: "unit",
    unit: "nginx.service",
    timeoutSeconds: 5,
    minHealthySeconds: 3,
  } as const;

  test("are those of the closure and of the inventory, which wins by name", () => {
    const checks = checksFor(manifest({ healthChecks: [old, declared] }), own);
    expect(checks.map(({ name, declared: by }) => `${name} ${by}`)).toEqual([
      "api inventory",
      "db inventory",
      "nginx closure",
      "public inventory",
    ]);
    expect(checks[2]).toMatchObject({ minHealthyMs: 3_000, timeoutMs: 5_000, deadlineMs: null });
  });

  test("of a manifest from before they had a pace have the usual one", () => {
    const { healthChecks } = manifestSchema.parse(manifest({ healthChecks: [old] }));
    expect(checksFor(manifest({ healthChecks }), [])).toMatchObject([
      { from: "host", intervalMs: 1_000, retries: null },
    ]);
  });

  test("make the confirmation wait long enough, and never where none is wanted", () => {
    expect(confirmationMs(60_000, [])).toBe(60_000);
    expect(confirmationMs(60_000, own)).toBe(135_000);
    expect(confirmationMs(600_000, own)).toBe(600_000);
    expect(confirmationMs(0, own)).toBe(0);
  });
});

test("a probe looks at the address of its host", () => {
  const http: PlannedCheck["probe"] = { kind: "http", url: "http://{addr}/{host}", expectStatus: 200 };
  const host = inventory.hosts[0]!;
  expect(placed(http, host)).toMatchObject({ url: "http://10.0.1.11/web-1" });
  expect(placed(http, { ...host, addresses: ["fd00::11"] })).toMatchObject({ url: "http://[fd00::11]/web-1" });
  expect(placed({ kind: "tcp", host: "{addr}", port: 22 }, { ...host, addresses: ["fd00::11"] })).toMatchObject({
    host: "fd00::11",
  });
});
