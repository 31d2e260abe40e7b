/** What happens to systemd units, and because of what. */
import type { ManagedFile, ManagedUnit, Manifest } from "../manifest/manifest.ts";
import type { HostFacts, OwnedUnit } from "../observation/facts.ts";
import { unitFilePath } from "./managed-files.ts";
import type { FileChange, PlanHost, UnitAction } from "./plan.ts";

export interface UnitComparison {
  readonly facts: HostFacts;
  readonly desired: Manifest | null;
  readonly current: Manifest | null;
  /** The file changes of the same plan, unit files included. */
  readonly files: readonly FileChange[];
  readonly secrets: PlanHost["secrets"];
}

/** Sorted by unit; a unit has each action at most once. */
export function unitActions(comparison: UnitComparison): UnitAction[] {
  const owned = new Map(comparison.facts.units.map((unit) => [unit.name, unit]));
  const wanted = new Map((comparison.desired?.units ?? []).map((unit) => [unit.name, unit]));
  const changedPaths = new Set(comparison.files.map((file) => file.path));
  const removed = [...owned.values()].filter((unit) => !wanted.has(unit.name)).flatMap(endOfUnit);
  const kept = [...wanted.values()].flatMap((unit) =>
    unitItself(unit, owned.get(unit.name), changedPaths.has(unitFilePath(unit.name))),
  );
  const own = [...removed, ...kept];
  const triggered = triggeredActions(comparison, own, owned);
  const restarted = new Set(triggered.filter((entry) => entry.action === "restart").map(nameOf));
  const remaining = own.filter((entry) => entry.action !== "reload" || !restarted.has(entry.name));
  return [...remaining, ...triggered].sort(byNameThenAction);
}

const isTemplate = (name: string): boolean => name.includes("@.");
const RUNNING = new Set(["active", "activating", "reloading", "refreshing"]);
const STOPPED = new Set(["inactive", "failed", "deactivating"]);
// A "static" unit cannot be enabled, so nobody disabled it; a "masked" one is a conflict.
const DISABLED = new Set(["disabled"]);

function endOfUnit(unit: OwnedUnit): UnitAction[] {
  const because = "no longer managed";
  if (isTemplate(unit.name)) return [{ name: unit.name, action: "stop", because: `${because}: all running instances` }];
  const stop: UnitAction[] = RUNNING.has(unit.active) ? [{ name: unit.name, action: "stop", because }] : [];
  return unit.recordedEnabled ? [...stop, { name: unit.name, action: "disable", because }] : stop;
}

function unitItself(unit: ManagedUnit, owned: OwnedUnit | undefined, fileChanges: boolean): UnitAction[] {
  if (isTemplate(unit.name)) return owned !== undefined && fileChanges ? instancesOf(unit) : [];
  if (owned === undefined) return unit.enabled ? beginnings(unit.name, "new unit") : [];
  if (!unit.enabled) return owned.recordedEnabled ? withdrawal(owned) : changeOfRunning(unit, owned, fileChanges);
  if (!owned.recordedEnabled) return beginnings(unit.name, "now enabled");
  const drift = unitDrift(owned);
  if (drift === undefined) return changeOfRunning(unit, owned, fileChanges);
  return [
    ...(drift.disabled ? [reenabling(owned)] : []),
    ...(drift.stopped ? [restarting(owned)] : changeOfRunning(unit, owned, fileChanges)),
  ];
}

/** A unit that was enabled and running after the last apply, and is not any more; undefined when all is well. */
export function unitDrift(unit: OwnedUnit): { readonly stopped: boolean; readonly disabled: boolean } | undefined {
  if (!unit.recordedEnabled || isTemplate(unit.name)) return undefined;
  const drift = { stopped: STOPPED.has(unit.active), disabled: DISABLED.has(unit.enabled) };
  return drift.stopped || drift.disabled ? drift : undefined;
}

/** Which instances run is for the host to see. */
const instancesOf = ({ name, onChange }: ManagedUnit): UnitAction[] =>
  onChange === "none" ? [] : [{ name, action: onChange, because: "unit file changes: all running instances" }];

const beginnings = (name: string, because: string): UnitAction[] => [
  { name, action: "enable", because },
  { name, action: "start", because },
];

function withdrawal(owned: OwnedUnit): UnitAction[] {
  const because = "no longer enabled";
  const disable: UnitAction = { name: owned.name, action: "disable", because };
  return RUNNING.has(owned.active) ? [{ name: owned.name, action: "stop", because }, disable] : [disable];
}

const reenabling = (owned: OwnedUnit): UnitAction => ({
  name: owned.name,
  action: "enable",
  because: `is ${owned.enabled}`,
  drift: "disabled",
});

const restarting = (owned: OwnedUnit): UnitAction => ({
  name: owned.name,
  action: "start",
  because: `is ${owned.active}`,
  drift: "stopped",
});

function changeOfRunning(unit: ManagedUnit, owned: OwnedUnit, fileChanges: boolean): UnitAction[] {
  if (!fileChanges || unit.onChange === "none" || !RUNNING.has(owned.active)) return [];
  return [{ name: unit.name, action: unit.onChange, because: "unit file changes" }];
}

/** Units that a changed file names: the file as it will be, or as it was when it goes away. */
function triggeredActions(
  { files, secrets, desired, current }: UnitComparison,
  own: readonly UnitAction[],
  owned: ReadonlyMap<string, OwnedUnit>,
): UnitAction[] {
  const naming = new Map<string, UsedByUnits>([
    ...[...(current?.files ?? []), ...(desired?.files ?? [])].map((file) => [file.path, file] as const),
    ...[...(current?.secrets ?? []), ...(desired?.secrets ?? [])].map((entry) => [nameOfSecret(entry), entry] as const),
  ]);
  const causes = { restart: new Map<string, string[]>(), reload: new Map<string, string[]>() };
  for (const path of [...files.map((file) => file.path), ...secrets.map(nameOfSecret)]) {
    for (const unit of naming.get(path)?.restartUnits ?? []) addTo(causes.restart, unit, path);
    for (const unit of naming.get(path)?.reloadUnits ?? []) addTo(causes.reload, unit, path);
  }
  const settled = new Set(own.filter((entry) => !["enable", "disable", "reload"].includes(entry.action)).map(nameOf));
  const reloading = new Set(own.filter((entry) => entry.action === "reload").map(nameOf));
  // A unit of ours that does not run stays as it is; of a foreign unit we do not know, and the host looks.
  const runs = (name: string): boolean => RUNNING.has(owned.get(name)?.active ?? "active") && !settled.has(name);
  const restarts = [...causes.restart].filter(([name]) => runs(name));
  const reloads = [...causes.reload].filter(
    ([name]) => runs(name) && !causes.restart.has(name) && !reloading.has(name),
  );
  return [
    ...restarts.map(([name, paths]): UnitAction => ({ name, action: "restart", because: usesPaths(paths) })),
    ...reloads.map(([name, paths]): UnitAction => ({ name, action: "reload", because: usesPaths(paths) })),
  ];
}

type UsedByUnits = Pick<ManagedFile, "restartUnits" | "reloadUnits">;

const nameOfSecret = ({ name }: { readonly name: string }): string => `secret ${name}`;

const nameOf = (entry: UnitAction): string => entry.name;

const usesPaths = (paths: readonly string[]): string => `uses ${paths.join(", ")}`;

function addTo(map: Map<string, string[]>, key: string, value: string): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

const ORDER: readonly UnitAction["action"][] = ["stop", "disable", "enable", "restart", "reload", "start"];

function byNameThenAction(a: UnitAction, b: UnitAction): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return ORDER.indexOf(a.action) - ORDER.indexOf(b.action);
}
