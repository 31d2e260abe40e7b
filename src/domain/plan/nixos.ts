/** What is special about NixOS hosts in a plan: NixOS keeps files and units as its system says, so systems are compared. */
import type { Base } from "../inventory/resolved.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { HostFacts } from "../observation/facts.ts";
import { type Failure, failure } from "../outcome/failure.ts";
import type { DesiredHost } from "./host-input.ts";
import { untouchedBy } from "./untouched.ts";

/**
 * The facts of a NixOS host with the live system's files and units as if they had been looked at. Nothing records them on
 * the host: NixOS keeps them as the system says.
 * @param current the live system's manifest; null leaves the facts as they are
 */
export const asTheSystemSays = (facts: HostFacts, current: Manifest | null): HostFacts =>
  current === null ? facts : { ...facts, ...untouchedBy(current) };

/** NixOS takes what lies below /etc for its own; elsewhere something may be in the way. */
export const mayBeInTheWay = (path: string): boolean => !path.startsWith("/etc/");

/** Where a host keeps the manifest of a system that was applied. A NixOS system itself has no place for it. */
export const manifestPath = (base: Base, system: string): string =>
  base === "nixos"
    ? `/var/lib/nixfleet/manifests/${system.slice("/nix/store/".length)}/manifest.json`
    : `${system}/manifest.json`;

/** Committed on purpose without being live: a boot brings it, and applying it again would change nothing. */
export const waitsForBoot = (facts: HostFacts, system: string | null): boolean =>
  facts.staged !== null && facts.staged.system === system && facts.committed === system;

/** What cannot be done to a host of this base, or to a host that is of another one. */
export function unfitFor(base: Base, facts: HostFacts, desired: DesiredHost): Failure | undefined {
  const isNixos = facts.os.id === "" ? base === "nixos" : facts.os.id === "nixos";
  if (isNixos !== (base === "nixos")) {
    return failure("plan/wrong-base", `the inventory says that the host's base is ${base}, and it is not`, {
      expected: base === "nixos" ? "NixOS" : "Ubuntu or Debian",
      found: facts.os.pretty === "" ? "an unknown system" : facts.os.pretty,
      next: "correct `base` of the host in the inventory",
    });
  }
  if (!isNixos || desired.kind === "closure") return undefined;
  return failure("plan/not-removable", "a NixOS host always runs a system: there is no unmanaged state to go back to", {
    next: "go back to a system from before nixfleet: nixfleet rollback --to GENERATION",
  });
}
