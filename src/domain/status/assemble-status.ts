/** Turns what was observed of each host into the status report. */
import { compareHostNames } from "../fold-hosts.ts";
import type { HostName, StorePath } from "../ids.ts";
import type { Base } from "../inventory/resolved.ts";
import type { HostFacts, HostLock, OwnedUnit } from "../observation/facts.ts";
import { eventErrorOf } from "../outcome/event-error.ts";
import type { Result } from "../outcome/result.ts";
import { liveSystem } from "../plan/live-system.ts";
import { driftOf } from "../plan/managed-files.ts";
import { unitDrift } from "../plan/unit-changes.ts";
import { osStatus } from "./os-status.ts";
import { type Status, type StatusHost, statusSchemaName } from "./status.ts";

export interface StatusInput {
  readonly host: { readonly name: HostName; readonly base: Base };
  readonly observed: Result<HostFacts>;
  /** What the fleet describes for this host now; left out when that was not evaluated. */
  readonly desired?: StorePath;
  /** Health checks of the live closure, when they were asked. Managed units are judged in any case. */
  readonly health?: StatusHost["health"];
}

/** @param nowMs milliseconds since the epoch, for ages */
export function assembleStatus(inputs: readonly StatusInput[], nowMs: number): Status {
  const hosts = inputs.map((input) => statusOf(input, nowMs));
  return { schema: statusSchemaName, hosts: hosts.sort((a, b) => compareHostNames(a.name, b.name)) };
}

function statusOf(input: StatusInput, nowMs: number): StatusHost {
  if (!input.observed.ok) {
    return { ...unobserved(input), error: eventErrorOf(input.observed.error) };
  }
  const facts = input.observed.value;
  const live = liveSystem(facts);
  return {
    ...unobserved(input),
    reachable: true,
    system: live,
    committed: facts.committed,
    generation: facts.generation,
    ...appliedOf(facts, nowMs),
    upToDate: input.desired === undefined ? null : input.desired === live,
    bootedSystem: facts.booted,
    rebootNeeded: { state: facts.reboot.needed, reasons: [...facts.reboot.reasons] },
    failedUnits: facts.failedUnits.kind === "known" ? [...facts.failedUnits.value] : [],
    health: [...facts.units.flatMap(unitHealth), ...unknownHealth(facts), ...(input.health ?? [])],
    drift: driftIn(facts),
    ...osStatus(facts, nowMs),
    disk: facts.disk.map((disk) => ({ ...disk })),
    nixVersion: facts.nixVersion.kind === "known" ? facts.nixVersion.value : null,
    kernel: facts.kernel,
    osRelease: facts.os.pretty,
    lock: facts.lock === null ? null : lockOf(facts.lock),
    activation: facts.activation,
  };
}

const unobserved = ({ host }: StatusInput): StatusHost => ({
  name: host.name,
  base: host.base,
  reachable: false,
  system: null,
  committed: null,
  generation: null,
  appliedAt: null,
  appliedBy: null,
  revision: null,
  ageDays: null,
  upToDate: null,
  bootedSystem: null,
  rebootNeeded: { state: "unknown", reasons: [] },
  failedUnits: [],
  health: [],
  drift: [],
  osUpdates: null,
  disk: [],
  nixVersion: null,
  kernel: null,
  osRelease: null,
  lock: null,
  activation: null,
});

const MS_PER_DAY = 86_400_000;

/** Of a system that somebody else made live, such as nixos-rebuild, the host's own record tells nothing. */
function appliedOf({ state, committed, live }: HostFacts, nowMs: number) {
  if (state === null || (state.system !== live && state.system !== committed))
    return { appliedAt: null, appliedBy: null, revision: null, ageDays: null };
  const ageMs = nowMs - Date.parse(state.appliedAt);
  // A clock that runs ahead must not make an age negative; hundredths of a day are a quarter of an hour.
  const ageDays = Number.isNaN(ageMs) ? null : Math.round((Math.max(0, ageMs) / MS_PER_DAY) * 100) / 100;
  return { appliedAt: state.appliedAt, appliedBy: state.appliedBy, revision: state.revision, ageDays };
}

function unitHealth(unit: OwnedUnit): StatusHost["health"] {
  if (!unit.recordedEnabled || unit.name.includes("@.")) return [];
  if (unit.active === "active" || unit.active === "reloading") return [{ name: unit.name, state: "healthy" }];
  if (unit.active === "activating") return [{ name: unit.name, state: "unknown", reason: "still starting" }];
  const stopped = unitDrift(unit)?.stopped === true;
  return [{ name: unit.name, state: stopped ? "unhealthy" : "healthy", reason: `is ${unit.active}` }];
}

/** Failed units that could not be listed are no proof of health. */
const unknownHealth = ({ failedUnits }: HostFacts): StatusHost["health"] =>
  failedUnits.kind === "unknown" ? [{ name: "failed units", state: "unknown", reason: failedUnits.reason }] : [];

function driftIn(facts: HostFacts): StatusHost["drift"] {
  const files = facts.files.flatMap((file) => {
    const { drift } = driftOf(file);
    return drift === undefined ? [] : [{ path: file.path, kind: drift }];
  });
  const secrets = facts.secrets.flatMap(({ name, present }) =>
    present || facts.staged !== null
      ? []
      : [{ path: `/run/nixfleet-secrets/${name}`, kind: "secret-missing" as const }],
  );
  return [...files, ...secrets, ...facts.units.flatMap(driftOfUnit)].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function driftOfUnit(unit: OwnedUnit): StatusHost["drift"] {
  const path = unit.name;
  const missing = unit.currentSha256 === "missing";
  const behaviour = unitDrift(unit);
  return [
    ...(missing ? [{ path, kind: "unit-missing" as const }] : []),
    ...(!missing && unit.currentSha256 !== unit.recordedSha256 ? [{ path, kind: "unit-edited" as const }] : []),
    ...(behaviour?.stopped === true ? [{ path, kind: "unit-stopped" as const }] : []),
    ...(behaviour?.disabled === true ? [{ path, kind: "unit-disabled" as const }] : []),
  ];
}

const lockOf = (lock: HostLock): StatusHost["lock"] => ({
  run: lock.run,
  owner: lock.owner,
  reason: lock.reason,
  acquiredAt: new Date(lock.acquiredAt * 1000).toISOString(),
  expiresAt: new Date(lock.expiresAt * 1000).toISOString(),
  expired: lock.expired,
});
