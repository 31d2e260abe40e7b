/** Hosts that are missing already: a reboot budget counts them, or a rollout would take the last one that works. */
import type { HostName } from "../ids.ts";
import type { ResolvedHost } from "../inventory/resolved.ts";
import type { HostFacts, OwnedUnit } from "../observation/facts.ts";
import { failureCodes } from "../outcome/failure-codes/index.ts";
import type { Result } from "../outcome/result.ts";
import { unitDrift } from "../plan/unit-changes.ts";

/** Names of hosts by budget, sorted. */
export type OutOfService = ReadonlyMap<string, readonly string[]>;

/** Out is who cannot be reached, and who does not run a unit that it should; what else failed there is not the fleet's matter. */
export function outOfService(
  members: readonly ResolvedHost[],
  observed: ReadonlyMap<HostName, Result<HostFacts>>,
): OutOfService {
  const out = members.filter(({ name }) => isOut(observed.get(name)));
  const groups = new Set(out.flatMap(({ rebootBudgets }) => rebootBudgets.map(({ group }) => group)));
  const inGroup = (group: string): string[] =>
    out.filter(({ rebootBudgets }) => rebootBudgets.some((budget) => budget.group === group)).map(({ name }) => name);
  return new Map([...groups].map((group) => [group, inGroup(group).sort()]));
}

/** All hosts whose budgets these hosts draw from. */
export function budgetMembers(hosts: readonly ResolvedHost[], all: readonly ResolvedHost[]): ResolvedHost[] {
  const groups = new Set(hosts.flatMap(({ rebootBudgets }) => rebootBudgets.map(({ group }) => group)));
  return all.filter(({ rebootBudgets }) => rebootBudgets.some(({ group }) => groups.has(group)));
}

function isOut(facts: Result<HostFacts> | undefined): boolean {
  if (facts === undefined) return false;
  if (!facts.ok) return failureCodes[facts.error.code].kind === "unreachable";
  return facts.value.units.some(isDown);
}

const isDown = (unit: OwnedUnit): boolean =>
  unit.recordedEnabled && !unit.name.includes("@.") && unitDrift(unit)?.stopped === true;
