/** Inventories and selections as the records that scripts read. */
import type { Origins } from "../../domain/inventory/explain-host.ts";
import type { Inventory, ResolvedHost } from "../../domain/inventory/resolved.ts";
import type { Selection } from "../../domain/selection/request.ts";

/** `nixfleet.inventory/1` */
export const inventoryRecord = ({ groups, rollouts, tasks, ...rest }: Inventory): object => ({
  schema: "nixfleet.inventory/1",
  ...rest,
  groups: Object.fromEntries([...groups].map(([name, { name: _name, ...group }]) => [name, group])),
  rollouts: Object.fromEntries(rollouts),
  tasks: Object.fromEntries(tasks),
});

/** `nixfleet.inventory-host/1`; `origins` by setting, absent unless they were asked for. */
export const hostRecord = (host: ResolvedHost, origins: Origins | undefined): object => ({
  schema: "nixfleet.inventory-host/1",
  host,
  ...(origins === undefined
    ? {}
    : { origins: Object.fromEntries([...origins].map(([setting, from]) => [setting, from.map(placeRecord)])) }),
});

/** `nixfleet.inventory-graph/1` */
export const graphRecord = ({ groups }: Inventory): object => ({
  schema: "nixfleet.inventory-graph/1",
  groups: [...groups.values()],
});

/** `nixfleet.hosts/1` */
export const selectionRecord = ({ hosts, excluded }: Selection, inventory: Inventory): object => ({
  schema: "nixfleet.hosts/1",
  total: inventory.hosts.length,
  hosts: hosts.map(({ host: { name, base, addresses, groups, roles, tags }, because }) => ({
    name,
    base,
    addresses,
    groups,
    roles,
    tags,
    because,
  })),
  excluded,
});

export const jsonText = (record: object): string => `${JSON.stringify(record, undefined, 2)}\n`;

const placeRecord = ({ from, at }: { from: string; at: { file: string; line: number; column: number } }) => ({
  from,
  file: at.file,
  line: at.line,
  column: at.column,
});
