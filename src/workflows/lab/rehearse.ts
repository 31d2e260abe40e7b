/** Points a fleet at the machines of a lab that is up. */
import type { HostName } from "../../domain/ids.ts";
import { ontoLab } from "../../domain/inventory/onto-lab.ts";
import type { Inventory } from "../../domain/inventory/resolved.ts";
import { DEPLOY } from "../../domain/lab/image-recipe.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Lab } from "../../ports/lab.ts";
import { presentLab } from "./list.ts";

export interface Rehearsal {
  readonly inventory: Inventory;
  /** Hosts that the lab has no machine for. */
  readonly leftOut: readonly HostName[];
}

/** Fails with `lab/none`, or when none of the fleet's hosts has a machine there. */
export async function rehearse(inventory: Inventory, lab: Lab): Promise<Result<Rehearsal>> {
  const state = await presentLab(lab);
  if (!state.ok) return state;
  const keys = await lab.store.ensureKeys(state.value, lab.nix() ?? "nix");
  if (!keys.ok) return keys;
  const { identityFile, signingKey } = lab.store.access;
  const machines = state.value.machines.flatMap(({ name, address }) => {
    const hostKey = keys.value.host.get(name);
    return hostKey === undefined ? [] : [[name, { address, hostKey }] as const];
  });
  const moved = ontoLab(inventory, {
    user: DEPLOY.name,
    identityFile,
    signingKey,
    publicKey: keys.value.signing,
    machines: new Map(machines),
  });
  return moved.inventory.hosts.length > 0
    ? ok(moved)
    : err(
        noneThere(
          inventory,
          machines.map(([name]) => name),
        ),
      );
}

const noneThere = (inventory: Inventory, machines: readonly string[]) =>
  failure("lab/unknown-machine", "the lab has a machine for none of the fleet's hosts", {
    expected: `machines named like hosts, such as ${inventory.hosts[0]?.name ?? "web-1"}`,
    found: machines.join(", "),
    next: "nixfleet lab down, then nixfleet lab up --like INVENTORY",
  });
