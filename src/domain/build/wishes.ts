/** What was typed about building and copying; it wins over the inventory, for all hosts. */
import type { Inventory } from "../inventory/resolved.ts";
import { didYouMean } from "../near-miss.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import { err, ok, type Result } from "../outcome/result.ts";

export interface BuildWishes {
  /** Places as the inventory names them, best first. */
  readonly buildOn?: readonly string[];
  readonly substituteOnDestination?: boolean;
}

/** Fails with `inventory/unknown-host` for each place that is no host. */
export function withBuildWishes(
  inventory: Inventory,
  { buildOn, substituteOnDestination }: BuildWishes,
): Result<Inventory, readonly Failure[]> {
  const names: readonly string[] = ["local", "target", ...inventory.hosts.map(({ name }) => name)];
  const unknown = (buildOn ?? []).filter((place) => !names.includes(place));
  if (unknown.length > 0) return err(unknown.map((place) => unknownPlace(place, names)));
  const wishes = {
    ...(buildOn === undefined ? {} : { build: buildOn }),
    ...(substituteOnDestination === undefined ? {} : { substituteOnDestination }),
  };
  return ok({ ...inventory, hosts: inventory.hosts.map((host) => ({ ...host, ...wishes })) });
}

const unknownPlace = (place: string, names: readonly string[]): Failure =>
  failure("inventory/unknown-host", `no host is named "${place}" to build on`, {
    next: didYouMean(place, names) ?? "use local, target, or a host of the inventory",
  });
