/** Reboot budgets as text. */
import type { SlotReport } from "../../workflows/os/slots.ts";
import { table } from "./layout.ts";
import { printable } from "./printable.ts";
import type { Style } from "./style.ts";

export function renderSlots({ groups }: SlotReport, style: Style): string {
  if (groups.length === 0) return "no group has a reboot budget\n";
  const head = ["group", "slots", "held by"].map((text) => ({ text, paint: style.dim }));
  const rows = groups.map(({ group, total, holders, strangers = [] }) => [
    { text: printable(group), paint: style.name },
    { text: total === null ? "-" : String(total) },
    {
      text:
        holders === null
          ? "the store does not tell"
          : holders.map((holder) => words(holder, strangers)).join(", ") || "nobody",
    },
  ]);
  return `${table([head, ...rows]).join("\n")}\n`;
}

const words = (holder: string, strangers: readonly string[]): string =>
  strangers.includes(holder) ? `${printable(holder)} (no host of this inventory)` : printable(holder);
