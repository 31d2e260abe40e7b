/** Machines of a lab that is up: back to fresh, switched off and on, unplugged and plugged in. */
import type { LabMachine, LabState } from "../../domain/lab/state.ts";
import { ok, type Result } from "../../domain/outcome/result.ts";
import type { Lab, Report } from "../../ports/lab.ts";
import { machinesNamed, presentLab } from "./list.ts";
import { withLabLock } from "./lock.ts";
import { READY_TIMEOUT_MS, waitUntilReady } from "./ready.ts";
import { imagesOf, makeKeys } from "./up.ts";

/** Throws the disks of these machines away (all machines for no name) and boots them from the image again. */
export function resetMachines(lab: Lab, names: readonly string[], report: Report): Promise<Result<readonly string[]>> {
  return onMachines(lab, names, async (state, machines) => {
    report(`wiping ${machines.map((machine) => machine.name).join(", ")}`);
    await Promise.all(machines.map((machine) => lab.machines.kill(lab, machine.name)));
    await Promise.all(machines.map((machine) => lab.machines.wipe(machine.name)));
    return await switchOn(lab, state, machines, report);
  });
}

/** "off" is a power cut, with no word to the machine; "on" boots from the disk as it was left. */
export function setPower(
  lab: Lab,
  names: readonly string[],
  to: "on" | "off",
  report: Report,
): Promise<Result<readonly string[]>> {
  return onMachines(lab, names, async (state, machines) => {
    if (to === "on") return await switchOn(lab, state, machines, report);
    await Promise.all(machines.map((machine) => lab.machines.kill(lab, machine.name)));
    return ok(undefined);
  });
}

/** Pulls the network cable or plugs it in; a machine that reboots comes back with its cable in. */
export function setLinks(lab: Lab, names: readonly string[], to: "up" | "down"): Promise<Result<readonly string[]>> {
  return onMachines(lab, names, async (state, machines) => {
    const outcomes = await Promise.all(machines.map((machine) => lab.network.setLink(state, machine, to)));
    return outcomes.find((outcome) => !outcome.ok) ?? ok(undefined);
  });
}

function onMachines(
  lab: Lab,
  names: readonly string[],
  work: (state: LabState, machines: readonly LabMachine[]) => Promise<Result<void>>,
): Promise<Result<readonly string[]>> {
  return withLabLock(lab, async () => {
    const state = await presentLab(lab);
    if (!state.ok) return state;
    const machines = machinesNamed(state.value, names);
    if (!machines.ok) return machines;
    const done = await work(state.value, machines.value);
    return done.ok ? ok(machines.value.map((machine) => machine.name)) : done;
  });
}

async function switchOn(
  lab: Lab,
  state: LabState,
  machines: readonly LabMachine[],
  report: Report,
): Promise<Result<void>> {
  const image = await lab.images.ensure(imagesOf(state), report);
  if (!image.ok) return image;
  const keys = await makeKeys(lab, state);
  if (!keys.ok) return keys;
  const started = await Promise.all(
    machines.map((machine) => lab.machines.start(state, machine, image.value, keys.value)),
  );
  const stuck = started.find((outcome) => !outcome.ok);
  return stuck ?? (await waitUntilReady(lab, state, machines, READY_TIMEOUT_MS, report));
}
