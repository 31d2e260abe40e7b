/** Waits for machines to finish booting, and says of those that do not what holds them. */

import { parseHostName } from "../../domain/ids.ts";
import type { LabMachine, LabState } from "../../domain/lab/state.ts";
import { type Failure, failure } from "../../domain/outcome/failure.ts";
import { err, ok, type Result } from "../../domain/outcome/result.ts";
import type { Lab, MachineStatus, Report } from "../../ports/lab.ts";

export const READY_TIMEOUT_MS = 180_000;
const PAUSE_MS = 100;

export async function waitUntilReady(
  lab: Lab,
  state: LabState,
  machines: readonly LabMachine[],
  timeoutMs: number,
  report: Report,
): Promise<Result<void>> {
  const deadline = lab.elapsed() + timeoutMs;
  let waiting = [...machines];
  for (;;) {
    const looked = await Promise.all(
      waiting.map(async (machine) => ({ machine, status: await lab.machines.status(state, machine) })),
    );
    const pending = looked.filter(({ status }) => status.readiness !== "ready");
    if (pending.length === 0) return ok(undefined);
    // A machine that is off or whose boot ended with failed units will not get better by waiting.
    const settled = pending.every(({ status }) => status.readiness === "off" || status.readiness === "degraded");
    if (settled || lab.elapsed() > deadline) return err(await notReady(lab, pending, timeoutMs));
    if (pending.length < waiting.length) report(`${machines.length - pending.length} of ${machines.length} are up`);
    waiting = pending.map(({ machine }) => machine);
    await lab.pause(PAUSE_MS);
  }
}

interface Pending {
  readonly machine: LabMachine;
  readonly status: MachineStatus;
}

async function notReady(lab: Lab, pending: readonly Pending[], timeoutMs: number): Promise<Failure> {
  const [first] = pending;
  const tail = first === undefined ? "" : await lab.machines.consoleTail(first.machine.name);
  const name = first === undefined ? undefined : parseHostName(first.machine.name);
  return failure("lab/not-ready", `${pending.map(({ machine }) => machine.name).join(", ")} did not come up`, {
    expected: `every machine booted within ${Math.round(timeoutMs / 1000)} s`,
    found: foldEqual(pending),
    ...(tail === "" ? {} : { detail: `console of ${first?.machine.name}:\n${tail}` }),
    ...(name === undefined || pending.length > 1 ? {} : { host: name }),
    next: "nixfleet lab reset NAME starts a machine afresh",
  });
}

/** `lab-1, lab-2 off; lab-3 still booting` */
function foldEqual(pending: readonly Pending[]): string {
  const groups = Map.groupBy(pending, ({ status }) => describe(status));
  return [...groups]
    .map(([what, members]) => `${members.map(({ machine }) => machine.name).join(", ")} ${what}`)
    .join("; ");
}

function describe({ readiness, failedUnits }: MachineStatus): string {
  if (readiness === "degraded") return `booted with failed units: ${failedUnits.join(", ")}`;
  if (readiness === "unreachable") return "booted, with an SSH server that does not answer";
  return readiness === "off" ? "off" : "still booting";
}
