/** What must be looked at on a host before its plan can be assembled; empty for a host where nothing changes. */
import type { Base } from "../inventory/resolved.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { HostFacts } from "../observation/facts.ts";
import { MAX_DIFF_BYTES } from "./file-content.ts";
import type { DesiredHost } from "./host-input.ts";
import { liveSystem } from "./live-system.ts";
import { ownedFiles, wantedFiles } from "./managed-files.ts";
import { asTheSystemSays, mayBeInTheWay } from "./nixos.ts";

export interface Inspection {
  /** Paths that we would take: does something lie there? Goes into `HostInput.found`. */
  readonly stat: readonly string[];
  /** Paths whose present content a diff needs. */
  readonly read: readonly { readonly path: string; readonly maxBytes: number }[];
  /** Files of the new closure whose content the same diffs need, by path on the host. */
  readonly sources: readonly { readonly path: string; readonly source: string }[];
}

/** @param desired null for the empty manifest */
export function inspectionFor(facts: HostFacts, desired: Manifest | null): Inspection {
  const wanted = wantedFiles(desired);
  const owned = ownedFiles(facts);
  // "other" is no regular file any more: a folder in its place cannot be written over.
  const unclear = (path: string): boolean => (owned.get(path)?.currentSha256 ?? "other") === "other";
  const strangers = [...wanted.keys()].filter(unclear).sort();
  const differing = [...new Set([...wanted.keys(), ...owned.keys()])].sort().filter((path) => {
    const want = wanted.get(path);
    const current = owned.get(path)?.currentSha256;
    return want === undefined ? current !== "missing" : current !== want.sha256;
  });
  return {
    stat: strangers,
    read: differing
      .filter((path) => owned.get(path)?.currentSha256 !== "missing")
      .map((path) => ({ path, maxBytes: MAX_DIFF_BYTES })),
    sources: differing.flatMap((path) => {
      const want = wanted.get(path);
      return want === undefined ? [] : [{ path, source: want.source }];
    }),
  };
}

/**
 * For NixOS: what the plan of the systems' manifests needs. Content of the live system lies in the host's store.
 * @param current the live system's manifest
 */
export function nixosInspectionFor(facts: HostFacts, current: Manifest, desired: Manifest): Inspection {
  const wanted = inspectionFor(asTheSystemSays(facts, current), desired);
  return { ...wanted, stat: wanted.stat.filter(mayBeInTheWay) };
}

/** Whether the plan of this host needs more than its facts: it will change, or was changed behind our back. */
export function needsInspection(base: Base, facts: HostFacts, desired: DesiredHost): boolean {
  const system = desired.kind === "closure" ? desired.system : null;
  // NixOS hosts have no records of single files: as long as the system is the same, so is all that it says.
  if (base === "nixos") return liveSystem(facts) !== system;
  const wanted = inspectionFor(facts, desired.kind === "closure" ? desired.manifest : null);
  return liveSystem(facts) !== system || wanted.stat.length > 0 || wanted.read.length > 0 || wanted.sources.length > 0;
}
