/** What the machines of a lab are and do. */
import type { LabMachine, LabState } from "../../domain/lab/state.ts";
import { failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Lab, MachineStatus } from "../../ports/lab.ts";

export interface ListedMachine {
  readonly machine: LabMachine;
  readonly status: MachineStatus;
}

/** Fails with `lab/none` where no lab is. */
export async function listMachines(lab: Lab): Promise<Result<readonly ListedMachine[]>> {
  const state = await presentLab(lab);
  if (!state.ok) return state;
  const listed = state.value.machines.map(async (machine) => ({
    machine,
    status: await lab.machines.status(state.value, machine),
  }));
  return ok(await Promise.all(listed));
}

/** The state of a lab that must be there. */
export async function presentLab(lab: Lab): Promise<Result<LabState>> {
  const state = await lab.store.read();
  if (!state.ok) return state;
  if (state.value !== undefined) return ok(state.value);
  return err(failure("lab/none", `there is no lab in ${lab.store.folder}`, { next: "nixfleet lab up" }));
}

/** The machines of these names, in the lab's order; all of them for no name. */
export function machinesNamed(state: LabState, names: readonly string[]): Result<readonly LabMachine[]> {
  const known = state.machines.map((machine) => machine.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    return err(
      failure("lab/unknown-machine", "the lab has no such machine", {
        expected: `one of ${known.join(", ")}`,
        found: unknown,
      }),
    );
  return ok(state.machines.filter(({ name }) => names.length === 0 || names.includes(name)));
}
