/** Where each value of a host comes from. */
import type { SourcePosition } from "../outcome/failure.ts";
import { positionAt, valueOffset } from "./document/located.ts";
import type { Fragment } from "./fragment.ts";
import { buildGroupGraph } from "./group-graph.ts";
import { layersFor } from "./layers.ts";
import { type Layer, mergeLayers } from "./merge.ts";

export interface Origin {
  /** "defaults", "group web" or "host web-1". */
  readonly from: string;
  readonly at: SourcePosition;
}

/** By the dotted path of the setting, such as `osUpdates.ubuntu.mode`; several origins where layers unite. */
export type Origins = ReadonlyMap<string, readonly Origin[]>;

/** What is not in the result is a default of NixFleet's own. */
export function explainHost(host: string, fragment: Fragment): Origins {
  const graph = buildGroupGraph(fragment);
  const origins = new Map<string, readonly Origin[]>();
  mergeLayers(layersFor(fragment, graph)(host), {
    ancestors: graph.ancestors,
    onValue: (path, layers) => {
      const found = layers.map((layer) => originOf(layer, path, fragment));
      origins.set(path.join("."), found);
    },
  });
  return origins;
}

function originOf({ kind, name, path }: Layer, setting: readonly string[], { source, root }: Fragment): Origin {
  const from = kind === "defaults" ? "defaults" : `${kind} ${name}`;
  return { from, at: positionAt(source, valueOffset(root, [...path, ...setting])) };
}
