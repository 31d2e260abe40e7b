/** From the flake and the inventory to built closures with their manifests. */
import type { HostName } from "../domain/ids.ts";
import { inventoryForNix } from "../domain/inventory/for-nix.ts";
import type { Inventory, ResolvedHost } from "../domain/inventory/resolved.ts";
import type { LockChange } from "../domain/nix/lock-file.ts";
import { phaseEnded, phaseProgressed, phaseStarted } from "../domain/outcome/event-bodies.ts";
import { err, ok, type Result } from "../domain/outcome/result.ts";
import type { Fleet } from "../engine/fleet.ts";
import type { Recorder } from "../engine/recorder.ts";
import type { Clock } from "../ports/clock.ts";
import type { BuildProgress, EvaluatedHost, FleetSource, NixBuilder } from "../ports/nix-builder.ts";
import { type BuiltClosure, buildAtPlaces, type PlacedClosure } from "./build-places.ts";
import { onlyDeclaredSecrets } from "./check-placed-secrets.ts";

export interface Building {
  readonly builder: NixBuilder;
  /** For places to build at other than this machine. */
  readonly fleet: Fleet;
  readonly inventory: Inventory;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Inputs of the flake to be taken as new as they are. */
  readonly updateInputs?: readonly string[];
  /** Told of each closure that is whole and has to travel, while others may still be built. */
  readonly onBuilt?: (closure: BuiltClosure) => void;
}

export interface Closures {
  readonly source: FleetSource;
  /** Absent when no input was to be updated. */
  readonly lock?: LockChange;
  readonly hosts: ReadonlyMap<HostName, Result<PlacedClosure>>;
  /** By host: what its configuration wants people to know. */
  readonly warnings: ReadonlyMap<HostName, readonly string[]>;
}

/** Fails only when the flake as a whole cannot be used; a host's own trouble is its own entry. */
export async function buildClosures(hosts: readonly ResolvedHost[], building: Building): Promise<Result<Closures>> {
  const evaluated = await evaluateClosures(hosts, building);
  if (!evaluated.ok) return evaluated;
  const { chosen } = evaluated.value;
  const good = [...evaluated.value.hosts.values()].flatMap((host) => (host.ok ? [host.value] : []));
  const built = await build(good, chosen.source, building);
  const outcome = (name: HostName, host: Result<EvaluatedHost>): Result<PlacedClosure> =>
    host.ok ? (built.get(name) ?? missing(name)) : err(host.error);
  return ok({
    ...chosen,
    hosts: new Map([...evaluated.value.hosts].map(([name, host]) => [name, outcome(name, host)])),
    warnings: new Map(good.map((host) => [host.host, host.warnings])),
  });
}

/** What the closures will be, without building any. */
export async function evaluateClosures(hosts: readonly ResolvedHost[], building: Omit<Building, "fleet">) {
  const chosen = await sourceOf(building);
  if (!chosen.ok) return chosen;
  const evaluated = await evaluate(hosts, chosen.value.source, building);
  return evaluated.ok ? ok({ chosen: chosen.value, hosts: evaluated.value }) : evaluated;
}

async function sourceOf({ builder, signal, updateInputs: names = [] }: Omit<Building, "fleet">) {
  const source = await builder.source(signal);
  if (!source.ok || names.length === 0) return source.ok ? ok({ source: source.value }) : source;
  return builder.updateInputs({ source: source.value, names, signal });
}

async function evaluate(hosts: readonly ResolvedHost[], source: FleetSource, building: Omit<Building, "fleet">) {
  const { builder, inventory, recorder, clock, signal } = building;
  const startedAt = clock.now();
  void recorder.record(phaseStarted("evaluate"));
  const evaluated = await builder.evaluate({
    source,
    inventoryJson: inventoryForNix(inventory),
    hosts: hosts.map((host) => host.name),
    signal,
    onProgress: (progress) => tell("evaluate", progress, recorder),
  });
  const ms = clock.now() - startedAt;
  void recorder.record(phaseEnded("evaluate", evaluated.ok ? { ms } : { ms, error: evaluated.error }));
  return evaluated;
}

async function build(hosts: readonly EvaluatedHost[], source: FleetSource, building: Building) {
  const { recorder, clock } = building;
  const startedAt = clock.now();
  void recorder.record(phaseStarted("build"));
  const placed = await buildAtPlaces(hosts, building, (progress) => tell("build", progress, recorder));
  const built = await onlyDeclaredSecrets(placed, source, building);
  void recorder.record(phaseEnded("build", { ms: clock.now() - startedAt }));
  return built;
}

export function tell(
  phase: "evaluate" | "build" | "push",
  { text, ...amounts }: BuildProgress,
  recorder: Recorder,
): void {
  const done = "done" in amounts && amounts.done !== undefined ? { done: amounts.done } : {};
  const expected = "expected" in amounts && amounts.expected !== undefined ? { expected: amounts.expected } : {};
  void recorder.record(phaseProgressed(phase, text, { ...done, ...expected }));
}

function missing(name: HostName): never {
  throw new Error(`the builder gave no answer for ${name}`);
}
