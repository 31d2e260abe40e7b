/** Tells of closures as soon as they are whole, while Nix is still at work on others. */
import type { HostName, StorePath } from "../../domain/ids.ts";
import type { BuildProgress, EvaluatedHost } from "../../ports/nix-builder.ts";
import type { NixInstallation } from "./installation.ts";
import { presentPaths } from "./present.ts";

export interface WholeClosures {
  /** To be told of all progress. */
  readonly onProgress: (progress: BuildProgress) => void;
  /** Nix is through with everything: tells of those that are whole and were not told yet. */
  finish(whole: readonly HostName[]): Promise<void>;
}

export interface Watch {
  readonly nix: NixInstallation;
  /** URL of the store that is built in; this machine's when left out. */
  readonly store?: string;
  readonly signal: AbortSignal;
  readonly tell: (host: EvaluatedHost) => void;
}

/**
 * Nix says what it begins and how much is done, not of what it is done, and a path that is there may be half of one: only what
 * the store calls valid is told. Closures that were built before are told at once.
 */
export function watchClosures(hosts: readonly EvaluatedHost[], { nix, store, signal, tell }: Watch): WholeClosures {
  const untold = new Map(hosts.map((host) => [host.host, host]));
  const awaited = awaitedPaths(hosts);
  const due = new Set<EvaluatedHost>();
  const tellOnce = (host: EvaluatedHost): void => {
    if (untold.delete(host.host)) tell(host);
    due.delete(host);
  };
  const look = async (asked: readonly EvaluatedHost[]): Promise<void> => {
    const paths = [...new Set(asked.map((host) => wholeOf(host).outPath))];
    const there = await presentPaths(nix, paths, store, signal);
    // A store that does not answer tells of nothing early, and its trouble shows in the build.
    const whole = there.ok ? there.value : new Set<StorePath>();
    for (const host of asked) if (whole.has(wholeOf(host).outPath)) tellOnce(host);
  };
  let looking = look(hosts);
  let isAsked = false;
  const done = { build: 0, copy: 0 };
  return {
    onProgress(progress) {
      if (progress.kind !== "build" && progress.kind !== "copy") return;
      for (const host of awaited.get(progress.text) ?? []) if (untold.has(host.host)) due.add(host);
      const isNews = progress.done > done[progress.kind];
      done[progress.kind] = progress.done;
      if (!isNews || due.size === 0 || isAsked) return;
      isAsked = true;
      looking = looking.then(() => {
        isAsked = false;
        return look([...due]);
      });
    },
    async finish(whole) {
      await looking;
      for (const host of whole.flatMap((name) => untold.get(name) ?? [])) tellOnce(host);
    },
  };
}

/** A description has the closure that it describes in its own, so the one is whole with the other. */
export const wholeOf = (host: EvaluatedHost): EvaluatedHost => ({ ...host, ...host.description });

/** Hosts by the derivation that makes their closure whole, and by what it makes, which may be fetched as well. */
function awaitedPaths(hosts: readonly EvaluatedHost[]): ReadonlyMap<string, readonly EvaluatedHost[]> {
  const awaited = new Map<string, EvaluatedHost[]>();
  for (const host of hosts) {
    const { drvPath, outPath } = wholeOf(host);
    for (const path of [drvPath, outPath]) awaited.set(path, [...(awaited.get(path) ?? []), host]);
  }
  return awaited;
}
