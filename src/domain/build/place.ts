/** Where a host's closure may be built, and in which order the places are tried. */
import type { HostName } from "../ids.ts";
import type { ResolvedHost } from "../inventory/resolved.ts";

export type BuildPlace =
  | { readonly kind: "here" }
  /** The host itself. */
  | { readonly kind: "target" }
  | { readonly kind: "builder"; readonly host: ResolvedHost };

export interface Candidate {
  /** As the inventory names it. */
  readonly name: string;
  /** Undefined for a place that is out of the question. */
  readonly place?: BuildPlace;
  /** Why it is. */
  readonly because?: string;
}

export interface BuildSurroundings {
  /** Hosts that may be built on, by name. */
  readonly hosts: ReadonlyMap<string, ResolvedHost>;
  /** Whether this machine builds for the system, by itself or by remote builders of its own Nix. */
  readonly buildsHere: boolean;
}

/**
 * The places that the inventory names for a host, in its order. Where it names none: this machine, and for a system that it
 * cannot build those hosts of the inventory that are builders for others and have that system.
 * @param system Nix system that the closure has to be built on
 */
export function candidatesFor(host: ResolvedHost, system: string, surroundings: BuildSurroundings): Candidate[] {
  if (host.build.length > 0) return host.build.map((name) => candidate(name, host, system, surroundings));
  const here = candidate("local", host, system, surroundings);
  if (here.place !== undefined) return [here];
  const builders = buildersFor(system, surroundings).filter((name) => name !== host.name);
  return [here, ...builders.map((name) => candidate(name, host, system, surroundings))];
}

function candidate(
  name: string,
  host: ResolvedHost,
  system: string,
  { hosts, buildsHere }: BuildSurroundings,
): Candidate {
  if (name === "local") {
    return buildsHere ? { name, place: { kind: "here" } } : { name, because: `this machine does not build ${system}` };
  }
  if (name === "target" || name === host.name) {
    if (host.access !== "restricted") return { name, place: { kind: "target" } };
    return { name, because: "a restricted host takes nothing that it built itself" };
  }
  const builder = hosts.get(name);
  if (builder === undefined) return { name, because: "it is not among the hosts at hand" };
  if (builder.system !== system) return { name, because: `it is ${builder.system}, and ${system} is needed` };
  return { name, place: { kind: "builder", host: builder } };
}

/** Hosts that some host names as its builder. */
function buildersFor(system: string, { hosts }: BuildSurroundings): HostName[] {
  const named = new Set([...hosts.values()].flatMap(({ build }) => build));
  return [...hosts.values()].filter((host) => named.has(host.name) && host.system === system).map(({ name }) => name);
}
