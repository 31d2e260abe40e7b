/** A lab as text, and as the record that scripts read. */
import { USUAL_SUITE } from "../../domain/lab/image-recipe.ts";
import type { Lab } from "../../ports/lab.ts";
import type { ListedMachine } from "../../workflows/lab/list.ts";
import { table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

/** `nixfleet.lab-list/1`: the same from `lab up --json` and `lab list --json`. */
export function labRecord(lab: Pick<Lab, "id" | "store">, listed: readonly ListedMachine[]): Record<string, unknown> {
  return {
    schema: "nixfleet.lab-list/1",
    id: lab.id,
    folder: lab.store.folder,
    ...lab.store.access,
    machines: listed.map(({ machine, status }) => ({
      name: machine.name,
      address: machine.address,
      shape: machine.shape,
      sudo: machine.sudo,
      bare: machine.bare === true,
      suite: machine.suite,
      state: status.readiness,
      failedUnits: status.failedUnits,
      bootId: status.bootId ?? null,
      pid: status.leader ?? null,
    })),
  };
}

/** One line a machine, in columns. */
export function renderMachines(listed: readonly ListedMachine[], style: Style): string {
  const head = ["NAME", "ADDRESS", "SHAPE", "STATE", "PID", "BOOT ID"].map((text) => ({ text, paint: style.dim }));
  const rows = listed.map(({ machine, status }) => [
    { text: machine.name, paint: style.name },
    { text: machine.address },
    { text: shapeOf(machine) },
    { text: status.readiness, paint: status.readiness === "ready" ? style.good : style.warning },
    { text: String(status.leader ?? "-") },
    { text: printable(status.bootId ?? "-") },
  ]);
  return `${table([head, ...rows]).join("\n")}\n`;
}

const shapeOf = ({ shape, bare, suite }: ListedMachine["machine"]): string =>
  [shape, ...(bare === true ? ["bare"] : []), ...(suite === USUAL_SUITE ? [] : [suite])].join(", ");

/**
 * What to do with a lab that just came up.
 *
 * @param typedState the state folder as it was typed, which the commands then need too
 */
export function renderNextSteps(
  lab: Pick<Lab, "store">,
  listed: readonly ListedMachine[],
  typedState: string | undefined,
  style: Style,
): string {
  const at = typedState === undefined ? "" : ` --state ${printable(typedState)}`;
  const { inventory, signingKey, sshConfig } = lab.store.access;
  const name = listed[0]?.machine.name ?? "NAME";
  const rows: [string, string][] = [
    ["inventory", inventory],
    ["signing key", signingKey],
    ["log in", style.name(`nixfleet lab ssh${at} ${name}`)],
    ["", style.name(`ssh -F ${sshConfig} ${name}`)],
    ["take down", style.name(`nixfleet lab down${at}`)],
  ];
  return `${table(rows.map((row) => row.map((text) => ({ text })))).join("\n")}\n`;
}
