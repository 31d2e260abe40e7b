/** What the status report says of unattended-upgrades: nothing, where it runs and all went well. */
import type { StatusHost } from "../../domain/status/status.ts";
import { printable } from "./printable.ts";

type Unattended = NonNullable<StatusHost["unattended"]>;

/** The last lines of its log say enough. */
const LINES_OF_TROUBLE = 3;

/** "2026-11-28 16:28:15,278 WARNING ". */
const STAMP = /^\S+ \S+ [A-Z]+ /;

export function unattendedReasons({ outcome, scheduled, timer, keptBack, trouble }: Unattended): string[] {
  return [
    ...(OUTCOMES[outcome] === undefined ? [] : [OUTCOMES[outcome]]),
    ...(scheduled === true && (timer === "disabled" || timer === "masked" || timer === "stopped")
      ? [`unattended-upgrades is wanted and never runs: apt-daily-upgrade.timer is ${timer}`]
      : []),
    ...trouble.slice(-LINES_OF_TROUBLE).map((line) => `unattended-upgrades: ${printable(line.replace(STAMP, ""))}`),
    ...(keptBack.length === 0 ? [] : [`unattended-upgrades kept back ${keptBack.map(printable).join(", ")}`]),
  ];
}

const OUTCOMES: Readonly<Partial<Record<Unattended["outcome"], string>>> = {
  failed: "the last run of unattended-upgrades failed",
  "cut-short": "the last run of unattended-upgrades was cut short",
};
