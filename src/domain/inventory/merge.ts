/** The second stage: layers of settings become one, and it is known which layer each value came from. */
import { canonicalJson } from "../canonical-json.ts";
import type { Path } from "./document/located.ts";
import type { HostSettings } from "./schema/host-settings.ts";

export interface Layer {
  readonly kind: "defaults" | "group" | "host";
  /** "defaults", or the name of the group or host. */
  readonly name: string;
  /** Where its settings stand in the document. */
  readonly path: Path;
  readonly settings: HostSettings;
}

export interface Merged {
  readonly settings: HostSettings;
  readonly conflicts: readonly Conflict[];
}

/** Sibling groups that disagree about one value. */
export interface Conflict {
  readonly path: readonly string[];
  readonly parts: readonly Part[];
}

export interface Part {
  readonly layer: Layer;
  readonly value: unknown;
}

export interface MergeOptions {
  /** All groups above a group. */
  readonly ancestors: ReadonlyMap<string, ReadonlySet<string>>;
  /** Told of every value that is no map, with the layers that it came from. */
  readonly onValue?: (path: readonly string[], layers: readonly Layer[]) => void;
}

/** Names that unite instead of replacing each other. */
const united: ReadonlySet<string> = new Set(["roles", "tags"]);
/** Whole things by name: of two with one name the stronger counts, and nothing of the other. */
const replaced: ReadonlySet<string> = new Set(["healthChecks"]);
/** Every layer's limit holds, so the smallest one is the value and nothing conflicts. */
const smallestWins = "maxConcurrentReboots";

/**
 * Merges layers given from the weakest to the strongest: defaults, groups with parents first, the host. Maps merge deeply,
 * roles and tags unite, other values replace those of the layers they override. Groups override only their ancestors.
 */
export function mergeLayers(layers: readonly Layer[], options: MergeOptions): Merged {
  const conflicts: Conflict[] = [];
  const merger = new Merger(options, conflicts);
  const settings = merger.maps(
    layers.map((layer) => ({ layer, value: layer.settings })),
    [],
  );
  return { settings: settings as HostSettings, conflicts };
}

class Merger {
  readonly #options: MergeOptions;
  readonly #conflicts: Conflict[];

  constructor(options: MergeOptions, conflicts: Conflict[]) {
    this.#options = options;
    this.#conflicts = conflicts;
  }

  maps(parts: readonly Part[], path: readonly string[]): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const byKey = new Map<string, Part[]>();
    for (const { layer, value } of parts) {
      for (const [key, member] of Object.entries(value as object)) {
        const known = byKey.get(key);
        if (known === undefined) byKey.set(key, [{ layer, value: member }]);
        else known.push({ layer, value: member });
      }
    }
    for (const [key, members] of byKey) result[key] = this.#value(members, [...path, key]);
    return result;
  }

  #value(parts: readonly Part[], path: readonly string[]): unknown {
    const [first] = path;
    if (path.length === 1 && first !== undefined && united.has(first)) return this.#unite(parts, path);
    if (first === "osUpdates" && path.at(-1) === smallestWins) return this.#smallest(parts, path);
    const winners = parts.length === 1 ? parts : parts.filter((part) => !this.#isOverridden(part, parts));
    const whole = path.length === 2 && first !== undefined && replaced.has(first);
    if (!whole && winners.every(({ value }) => isMap(value))) {
      return this.maps(
        parts.filter(({ value }) => isMap(value)),
        path,
      );
    }
    return this.#winner(winners, path);
  }

  #unite(parts: readonly Part[], path: readonly string[]): unknown[] {
    this.#tell(path, parts);
    return [...new Set(parts.flatMap(({ value }) => value as unknown[]))];
  }

  #smallest(parts: readonly Part[], path: readonly string[]): number {
    const smallest = Math.min(...parts.map(({ value }) => Number(value)));
    this.#tell(
      path,
      parts.filter(({ value }) => value === smallest),
    );
    return smallest;
  }

  #winner(winners: readonly Part[], path: readonly string[]): unknown {
    if (winners.length > 1 && new Set(winners.map(({ value }) => canonicalJson(value))).size > 1) {
      this.#conflicts.push({ path, parts: winners });
    }
    this.#tell(path, winners);
    return winners.at(-1)?.value;
  }

  #tell(path: readonly string[], parts: readonly Part[]): void {
    this.#options.onValue?.(
      path,
      parts.map(({ layer }) => layer),
    );
  }

  #isOverridden({ layer }: Part, parts: readonly Part[]): boolean {
    return parts.some((other) => other.layer !== layer && this.#overrides(other.layer, layer));
  }

  #overrides(strong: Layer, weak: Layer): boolean {
    if (strong.kind === "group" && weak.kind === "group") {
      return this.#options.ancestors.get(strong.name)?.has(weak.name) ?? false;
    }
    return rank[strong.kind] > rank[weak.kind];
  }
}

const rank = { defaults: 0, group: 1, host: 2 } as const satisfies Record<Layer["kind"], number>;

const isMap = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
