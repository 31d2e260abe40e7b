/** A login on a lab machine, or one command there. */
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { Lab } from "../../ports/lab.ts";
import { machinesNamed, presentLab } from "./list.ts";

/** @returns the exit code of ssh: the command's own, or 255 when there was no connection */
export async function sshTo(lab: Lab, name: string, command: readonly string[]): Promise<Result<number>> {
  const state = await presentLab(lab);
  if (!state.ok) return state;
  const machines = machinesNamed(state.value, [name]);
  if (!machines.ok) return machines;
  const [machine] = machines.value;
  if (machine === undefined) throw new Error("a name that was found has no machine");
  return ok(await lab.ssh(machine, command));
}
