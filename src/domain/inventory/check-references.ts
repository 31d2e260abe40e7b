/** Names that settings use, wherever they stand, have to exist. */
import { didYouMean } from "../near-miss.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import type { FailureCode } from "../outcome/failure-codes/index.ts";
import { type Path, positionAt, valueOffset } from "./document/located.ts";
import type { Fragment } from "./fragment.ts";
import type { HostSettings } from "./schema/host-settings.ts";

export function checkReferences(fragment: Fragment): Failure[] {
  const failures: Failure[] = [];
  for (const [path, settings] of settingsOf(fragment)) {
    failures.push(...rolloutOf(settings, path, fragment), ...builderOf(settings, path, fragment));
    failures.push(...delegatesOf(settings, path, fragment));
  }
  return failures;
}

function* settingsOf(fragment: Fragment): Generator<[Path, HostSettings]> {
  yield [["defaults"], fragment.defaults];
  for (const [name, group] of fragment.groups) yield [["groups", name], group];
  for (const [name, host] of fragment.hosts) yield [["hosts", name], host];
}

function rolloutOf({ rollout }: HostSettings, path: Path, fragment: Fragment): Failure[] {
  if (rollout === undefined || fragment.rollouts.has(rollout)) return [];
  const next = didYouMean(rollout, fragment.rollouts.keys()) ?? "add it below rollouts";
  return [
    dangling("inventory/unknown-rollout", `no rollout is named "${rollout}"`, [...path, "rollout"], next, fragment),
  ];
}

function builderOf({ build }: HostSettings, path: Path, fragment: Fragment): Failure[] {
  return (build ?? []).flatMap((place) => {
    if (place === "local" || place === "target" || fragment.hosts.has(place)) return [];
    const next =
      didYouMean(place, ["local", "target", ...fragment.hosts.keys()]) ??
      "use local, target, or a host of this inventory";
    const what = `no host is named "${place}" to build on`;
    return [dangling("inventory/unknown-host", what, [...path, "build"], next, fragment)];
  });
}

function delegatesOf({ hooks = {} }: HostSettings, path: Path, fragment: Fragment): Failure[] {
  return Object.entries(hooks).flatMap(([stage, list = []]) =>
    list.flatMap(({ where }, index) => {
      const host = /^delegate:(.*)$/.exec(where)?.[1];
      if (host === undefined || fragment.hosts.has(host)) return [];
      const place = [...path, "hooks", stage, index, "where"];
      const next = didYouMean(host, fragment.hosts.keys()) ?? "add it below hosts";
      return [dangling("inventory/unknown-host", `no host is named "${host}" to delegate to`, place, next, fragment)];
    }),
  );
}

function dangling(code: FailureCode, what: string, path: Path, next: string, { source, root }: Fragment): Failure {
  return failure(code, what, { at: positionAt(source, valueOffset(root, path)), next });
}
