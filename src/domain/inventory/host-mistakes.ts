/** What can be wrong with a single host, once its settings are merged. */
import { type Failure, failure } from "../outcome/failure.ts";
import { keyOffset, type Path, positionAt } from "./document/located.ts";
import type { Fragment } from "./fragment.ts";
import { updateSection } from "./resolve-host.ts";
import type { Base } from "./resolved.ts";

export const missingBase = (host: string, fragment: Fragment): Failure =>
  failure("inventory/no-base", `${host} has no base`, {
    at: keyPlace(fragment, ["hosts", host]),
    expected: "base: ubuntu, debian or nixos, on the host, a group or below defaults",
  });

export const missingAddress = (host: string, fragment: Fragment): Failure =>
  failure("inventory/no-address", `${host} has no addr`, {
    at: keyPlace(fragment, ["hosts", host]),
    next: `add its address, or addr: ${host} to reach it by name`,
  });

/** Updates of another base, on the host itself: they can never act. On groups and defaults they may be meant for others. */
export function uselessUpdates(host: string, base: Base, fragment: Fragment): Failure[] {
  const used = updateSection(base);
  return Object.keys(fragment.hosts.get(host)?.osUpdates ?? {})
    .filter((section) => section !== used)
    .map((section) =>
      failure("inventory/ignored-setting", `osUpdates.${section} has no effect on ${host}, whose base is ${base}`, {
        at: keyPlace(fragment, ["hosts", host, "osUpdates", section]),
      }),
    );
}

/** The same for settings that only NixOS hosts have. */
export function uselessNixosSettings(host: string, base: Base, fragment: Fragment): Failure[] {
  const settings = fragment.hosts.get(host);
  if (base === "nixos" || settings === undefined) return [];
  return (["specialisation", "activation"] as const)
    .filter((key) => settings[key] !== undefined)
    .map((key) =>
      failure("inventory/ignored-setting", `${key} has no effect on ${host}, whose base is ${base}`, {
        at: keyPlace(fragment, ["hosts", host, key]),
      }),
    );
}

export function nameClashes(fragment: Fragment): Failure[] {
  return [...fragment.hosts.keys()]
    .filter((host) => fragment.groups.has(host))
    .map((host) =>
      failure("inventory/ambiguous-name", `${host} is a host and a group, so patterns with that name mean both`, {
        at: keyPlace(fragment, ["hosts", host]),
        next: "rename one of the two",
      }),
    );
}

const keyPlace = ({ source, root }: Fragment, path: Path) => positionAt(source, keyOffset(root, path));
