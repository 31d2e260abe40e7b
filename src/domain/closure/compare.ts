/** What two closures hold differently: packages by name and version, sizes, and what a host has to be sent. */
import { z } from "zod";
import { splitStoreName } from "./store-name.ts";

export interface ClosurePath {
  readonly path: string;
  /** Size of its content as an archive (the NAR), in bytes. */
  readonly bytes: number;
}

export const closureDifferenceSchema = z.object({
  /** Packages whose set of versions differs, sorted by name; null where a closure has none. */
  packages: z.array(z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() })).readonly(),
  /** How many more paths of the new closure are other builds of what was there in the same version. */
  rebuilt: z.int(),
  /** Sizes of both closures; `from` is null where there was none. */
  bytes: z.object({ from: z.number().nullable(), to: z.number() }),
  /** What the host lacks. An estimate of what travels: compression and substitution only make it less. */
  copy: z.object({ paths: z.int(), bytes: z.number() }),
});

export type ClosureDifference = z.infer<typeof closureDifferenceSchema>;

/**
 * @param from what the host runs; null when it runs none
 * @param missing those paths of the new closure that the host's store lacks
 */
export function compareClosures(
  from: readonly ClosurePath[] | null,
  to: readonly ClosurePath[],
  missing: ReadonlySet<string>,
): ClosureDifference {
  const before = new Set((from ?? []).map(({ path }) => path));
  const after = new Set(to.map(({ path }) => path));
  const gone = versionsIn((from ?? []).filter(({ path }) => !after.has(path)));
  const come = versionsIn(to.filter(({ path }) => !before.has(path)));
  const travelling = to.filter(({ path }) => missing.has(path));
  const names = [...new Set([...gone.keys(), ...come.keys()])].sort();
  const pairs = names.map((name) => ({ name, from: wordOf(gone.get(name)), to: wordOf(come.get(name)) }));
  return {
    packages: pairs.filter((pair) => pair.from !== pair.to),
    rebuilt: pairs.filter((pair) => pair.from === pair.to).length,
    bytes: { from: from === null ? null : sizeOf(from), to: sizeOf(to) },
    copy: { paths: travelling.length, bytes: sizeOf(travelling) },
  };
}

/** Names without a version are configuration, scripts and glue: changes of those are listed as files and units. */
function versionsIn(paths: readonly ClosurePath[]): ReadonlyMap<string, ReadonlySet<string>> {
  const versions = new Map<string, Set<string>>();
  for (const { path } of paths) {
    const { name, version } = splitStoreName(path);
    if (version === null) continue;
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  return versions;
}

const wordOf = (versions: ReadonlySet<string> | undefined): string | null =>
  versions === undefined ? null : [...versions].sort().join(", ");

const sizeOf = (paths: readonly ClosurePath[]): number => paths.reduce((sum, { bytes }) => sum + bytes, 0);
