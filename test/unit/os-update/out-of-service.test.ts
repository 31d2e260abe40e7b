import { expect, test } from "vitest";
import type { HostName } from "../../../src/domain/ids.ts";
import type { HostFacts } from "../../../src/domain/observation/facts.ts";
import { budgetMembers, outOfService } from "../../../src/domain/os-update/out-of-service.ts";
import { failure } from "../../../src/domain/outcome/failure.ts";
import { err, ok, type Result } from "../../../src/domain/outcome/result.ts";
import { inventoryOf } from "../../support/inventory.ts";
import { facts, ownedUnit } from "../../support/plan-builders.ts";

const { hosts } = inventoryOf(`
groups:
  web: { hosts: ["web-*"], osUpdates: { ubuntu: { maxConcurrentReboots: 1 } } }
hosts:
  web-1: { base: ubuntu, addr: web-1.example }
  web-2: { base: ubuntu, addr: web-2.example }
  web-3: { base: ubuntu, addr: web-3.example }
  db-1: { base: ubuntu, addr: db-1.example }
`);
const named = (...names: string[]) => hosts.filter(({ name }) => names.includes(name));
const seen = (web2: HostFacts) =>
  new Map<HostName, Result<HostFacts>>([
    [named("web-1")[0]!.name, ok(facts({}))],
    [named("web-2")[0]!.name, ok(web2)],
    [named("web-3")[0]!.name, err(failure("transport/refused", "nobody listens"))],
    [named("db-1")[0]!.name, err(failure("transport/refused", "nobody listens"))],
  ]);

test("hosts that cannot be reached, or do not run a unit that they should, are out of service in their budgets", () => {
  const stopped = facts({ units: [ownedUnit("web.service", { active: "failed" })] });
  expect(outOfService(hosts, seen(stopped))).toEqual(new Map([["web", ["web-2", "web-3"]]]));
  expect(outOfService(hosts, seen(facts({})))).toEqual(new Map([["web", ["web-3"]]]));
});

test("a unit of the distribution that failed is not the fleet's matter", () => {
  const failed = facts({ failedUnits: { kind: "known", value: ["apt-daily.service"] } });
  expect(outOfService(hosts, seen(failed))).toEqual(new Map([["web", ["web-3"]]]));
});

test("who draws from a budget is looked at, selected or not, and nobody else", () => {
  expect(budgetMembers(named("web-1"), hosts).map(({ name }) => name)).toEqual(["web-1", "web-2", "web-3"]);
  expect(budgetMembers(named("db-1"), hosts)).toEqual([]);
});
