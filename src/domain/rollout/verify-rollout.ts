/** A linter for rollouts, apart from what assembles them: for plans that come from a file. */
import { parseBlackout } from "../windows/blackout.ts";
import { parseWindow } from "../windows/grammar.ts";
import type { HostConstraint, Rollout } from "./plan-rollout.ts";

/** All findings, as sentences; none for a rollout that the machine may be started with. */
export function verifyRollout(rollout: Rollout): string[] {
  const { lanes, order, constraints } = rollout;
  const staged = lanes.flatMap((lane) => lane.stages.flatMap((stage) => stage.hosts));
  return [
    ...when(new Set(order).size !== order.length, "the order of the rollout names a host twice"),
    ...when(new Set(staged).size !== staged.length, "a host is in two stages"),
    ...missing(order, staged).map((host) => `${host} is in no stage`),
    ...missing(staged, order).map((host) => `${host} is in a stage, but not in the order of the rollout`),
    ...when(new Set(lanes.map(({ name }) => name)).size !== lanes.length, "two lanes have one name"),
    ...lanes
      .filter(({ stages }) => stages.some(({ canary }, index) => canary && index > 0))
      .map(({ name }) => `the canaries of ${name} do not come first`),
    ...textFindings(rollout),
    ...missing(
      constraints.map(({ host }) => host),
      order,
    ).map((host) => `${host} is bound, but not in the rollout`),
    ...constraints.flatMap((constraint) => constraintFindings(rollout, constraint)),
  ];
}

function textFindings({ calendars }: Rollout): string[] {
  return calendars.flatMap(({ windows, blackouts }) => [
    ...windows.filter((text) => !parseWindow(text).ok).map((text) => `${JSON.stringify(text)} is no window`),
    ...blackouts.filter((text) => !parseBlackout(text).ok).map((text) => `${JSON.stringify(text)} is no blackout`),
  ]);
}

const constraintFindings = (rollout: Rollout, { host, calendars, budgets }: HostConstraint): string[] => [
  ...when(
    calendars.some((at) => at >= rollout.calendars.length),
    `${host} is bound to a calendar that is not there`,
  ),
  ...when(
    budgets.some((at) => at >= rollout.budgets.length),
    `${host} is bound to a budget that is not there`,
  ),
];

function missing(names: readonly string[], from: readonly string[]): string[] {
  const known = new Set(from);
  return names.filter((name) => !known.has(name));
}

const when = (wrong: boolean, finding: string): string[] => (wrong ? [finding] : []);
