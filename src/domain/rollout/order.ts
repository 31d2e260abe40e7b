/** The order of hosts: the same each time, and every part of it a fair sample of all classes. */
import { createHash } from "node:crypto";
import { groupBy } from "../plan/groups.ts";
import type { Candidate } from "./candidate.ts";

/**
 * Inside a class by sha256 of seed and name, so that neighbours in the rack or the alphabet do not go together, and the same hosts
 * go first in every rollout with that seed. Classes are mixed in proportion to their sizes.
 */
export function inOrder(hosts: readonly Candidate[], seed: string): Candidate[] {
  const placed = groupBy(hosts, (host) => host.class).flatMap((members) =>
    members
      .map((host) => ({ host, hash: hashOf(seed, host.name) }))
      .sort((a, b) => compare(a.hash, b.hash))
      .map(({ host, hash }, rank) => ({ host, hash, place: (rank + 0.5) / members.length })),
  );
  return placed.sort((a, b) => a.place - b.place || compare(a.hash, b.hash)).map(({ host }) => host);
}

const hashOf = (seed: string, name: string): string => createHash("sha256").update(`${seed}\n${name}`).digest("hex");

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
