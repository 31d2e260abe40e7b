/** The units of one group of equal change: one line for each unit and direction. */
import { groupBy } from "../../domain/plan/groups.ts";
import type { PlanHost, UnitAction } from "../../domain/plan/plan.ts";
import { type Change, type MarkedRow, markedRows } from "./marked-rows.ts";
import type { PlanView } from "./plan.ts";
import { printable } from "./printable.ts";

export function renderUnits({ units }: PlanHost, view: PlanView): string[] {
  // "enable" and "start" of one unit are one thing to read.
  const merged = groupBy(units, (unit) => `${unit.name}\0${changeOf(unit)}`);
  return markedRows(
    merged.flatMap((actions) => row(actions, view)),
    view,
  );
}

function row(actions: readonly UnitAction[], { style }: PlanView): MarkedRow[] {
  const [first] = actions;
  if (first === undefined) return [];
  const drifted = actions.some((unit) => unit.drift !== undefined);
  const reasons = [...new Set(actions.flatMap((unit) => unit.because ?? unit.drift ?? []))].map(printable).join(", ");
  return [
    {
      change: changeOf(first),
      cells: [{ text: actions.map((unit) => unit.action).join(", ") }, { text: printable(first.name) }],
      remark: drifted ? { text: `drift: ${reasons}`, paint: style.warning } : { text: reasons, paint: style.dim },
    },
  ];
}

function changeOf({ action }: UnitAction): Change {
  if (action === "start" || action === "enable") return "add";
  return action === "stop" || action === "disable" ? "remove" : "modify";
}
