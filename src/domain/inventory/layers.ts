/** The layers of settings that apply to a host, from the weakest to the strongest. */
import type { Fragment } from "./fragment.ts";
import type { GroupGraph } from "./group-graph.ts";
import type { Layer } from "./merge.ts";
import type { GroupFragment } from "./schema/inventory-schema.ts";

export type LayersOf = (host: string) => readonly Layer[];

/** Prepares the layers of defaults and groups once; the result gives those of each host. */
export function layersFor(fragment: Fragment, graph: GroupGraph): LayersOf {
  const defaults: Layer = { kind: "defaults", name: "defaults", path: ["defaults"], settings: fragment.defaults };
  const groups = new Map([...fragment.groups].map(([name, group]) => [name, groupLayer(name, group)]));
  return (host) => [
    defaults,
    ...(graph.groupsOf.get(host) ?? []).flatMap((group) => groups.get(group) ?? []),
    { kind: "host", name: host, path: ["hosts", host], settings: fragment.hosts.get(host) ?? {} },
  ];
}

function groupLayer(name: string, { hosts: _hosts, children: _children, ...settings }: GroupFragment): Layer {
  return { kind: "group", name, path: ["groups", name], settings };
}
