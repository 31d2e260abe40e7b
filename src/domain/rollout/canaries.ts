/** Who goes first. */
import type { CanaryChoice } from "../inventory/resolved.ts";
import type { Candidate } from "./candidate.ts";

/** Takes hosts in their order; gives canaries in that order, none for a lane without. */
export function chooseCanaries(ordered: readonly Candidate[], choice: CanaryChoice): Candidate[] {
  if (choice.kind === "none") return [];
  const chosen = new Set(choice.kind === "count" ? preferred(ordered).slice(0, choice.count) : meant(ordered));
  return ordered.filter((host) => chosen.has(host));
}

/** Those that somebody marked; where none of them changes, one of each class. */
function meant(ordered: readonly Candidate[]): readonly Candidate[] {
  const marked = ordered.filter((host) => host.canary);
  return marked.length > 0 ? marked : onePerClass(ordered);
}

/** Marked hosts, then one of each class, then the rest. */
const preferred = (ordered: readonly Candidate[]): Candidate[] => [
  ...new Set([...ordered.filter((host) => host.canary), ...onePerClass(ordered), ...ordered]),
];

function onePerClass(ordered: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>();
  return ordered.filter((host) => !seen.has(host.class) && seen.add(host.class));
}
