/** What lies between two closures, in the form of a plan's changes. */
import type { Difference } from "../../workflows/diff.ts";
import type { AnswerView } from "../fleet-query.ts";
import type { DiffChoice } from "../output-options.ts";
import { renderChanges } from "./plan-changes.ts";
import { printable } from "./printable.ts";

export function differenceRecord({ from, to, changes }: Difference) {
  const { name, files, directories, units, packages, users, secrets, notes } = changes;
  return {
    schema: "nixfleet.diff/1",
    host: name,
    from,
    to,
    files,
    directories,
    units,
    packages,
    users,
    secrets,
    notes,
  };
}

/** Ends with a newline. */
export function renderDifference(difference: Difference, view: AnswerView & { readonly diff: DiffChoice }): string {
  const { from, to, changes } = difference;
  const { style } = view;
  if (from === to) return `${style.name(changes.name)}: both are ${printable(to ?? "nothing managed")}\n`;
  const heading = [
    `${style.name(changes.name)}`,
    `  - ${printable(from ?? "nothing managed")}`,
    `  + ${printable(to ?? "nothing managed")}`,
  ];
  const group = { hosts: [changes.name], example: changes, members: [changes] };
  const lines = renderChanges({ verb: "apply" }, group, { ...view, verbosity: 0, next: null });
  return `${[...heading, ...lines].join("\n")}\n`;
}
