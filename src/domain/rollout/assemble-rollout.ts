/** From hosts with their strategies to the rollout of a plan. */
import type { RolloutStrategy } from "../inventory/resolved.ts";
import type { Candidate } from "./candidate.ts";
import type { Budget, HostConstraint, Lane, Pace, Rollout } from "./plan-rollout.ts";
import { limitOf, previewStages } from "./stages.ts";

export interface RolloutHost extends Candidate {
  /** Hosts with one name of a strategy form a lane, and their strategies are one. */
  readonly lane: { readonly name: string; readonly strategy: RolloutStrategy };
  /** Beside the windows of the strategy; all have to be open. */
  readonly calendars: readonly TextCalendar[];
  readonly budgets: readonly Budget[];
  readonly estimateMs: number;
}

export interface TextCalendar {
  readonly windows: readonly string[];
  readonly blackouts: readonly string[];
}

/** Takes the hosts that change, and how many at once over all lanes; without that the lanes' own limits are all there is. */
export function assembleRollout(hosts: readonly RolloutHost[], maxParallel?: number): Rollout {
  const members = Map.groupBy(hosts, (host) => host.lane.name);
  const lanes = [...members].map(([name, of]) => laneFor(name, of));
  const limits = lanes.reduce((sum, lane) => sum + lane.pace.maxParallel, 0);
  const calendars = new Table<TextCalendar>((calendar) => JSON.stringify(calendar));
  const budgets = new Table<Budget>((budget) => budget.name);
  const constraints = hosts.map((host) => constraintOf(host, calendars, budgets)).filter(binds);
  return {
    maxParallel: Math.max(1, maxParallel ?? limits),
    order: stageByStage(lanes),
    lanes,
    calendars: calendars.rows,
    budgets: budgets.rows,
    constraints,
  };
}

function laneFor(name: string, hosts: readonly RolloutHost[]): Lane {
  const strategy = hosts[0]?.lane.strategy;
  if (strategy === undefined) throw new Error(`the lane ${name} has no host`);
  return { name, pace: paceOf(strategy, hosts.length), stages: previewStages(hosts, strategy, name) };
}

/** The strategy for so many hosts: percentages become numbers. */
export function paceOf(strategy: RolloutStrategy, hosts: number): Pace {
  const { slowStart, soakMs, maxFailures, maxUnreachable, consecutiveFailures } = strategy;
  return {
    maxParallel: Math.max(1, limitOf(strategy.maxParallel, hosts)),
    slowStart,
    soakMs,
    maxFailures: maxFailures === null ? null : limitOf(maxFailures, hosts),
    maxUnreachable: maxUnreachable === null ? null : limitOf(maxUnreachable, hosts),
    consecutiveFailures,
    progressDeadlineMs: strategy.progressDeadlineMs,
    approval: strategy.approval,
    onFailure: strategy.onFailure,
  };
}

/** First stages of all lanes, then their second, and so on. */
function stageByStage(lanes: readonly Lane[]): string[] {
  const depth = Math.max(0, ...lanes.map((lane) => lane.stages.length));
  return Array.from({ length: depth }, (_, stage) => lanes.flatMap((lane) => lane.stages[stage]?.hosts ?? [])).flat();
}

function constraintOf(host: RolloutHost, calendars: Table<TextCalendar>, budgets: Table<Budget>): HostConstraint {
  const { windows, blackouts } = host.lane.strategy;
  const bound = [{ windows, blackouts }, ...host.calendars].filter((it) => it.windows.length + it.blackouts.length > 0);
  return {
    host: host.name,
    calendars: [...new Set(bound.map((calendar) => calendars.indexOf(calendar)))],
    estimateMs: host.estimateMs,
    budgets: host.budgets.map((budget) => budgets.indexOf(budget)).sort((a, b) => a - b),
  };
}

const binds = ({ calendars, budgets }: HostConstraint): boolean => calendars.length + budgets.length > 0;

/** Equal values under one number. */
class Table<T> {
  readonly rows: T[] = [];
  readonly #keyOf: (row: T) => string;
  readonly #known = new Map<string, number>();

  constructor(keyOf: (row: T) => string) {
    this.#keyOf = keyOf;
  }

  indexOf(row: T): number {
    const key = this.#keyOf(row);
    const index = this.#known.get(key) ?? this.rows.push(row) - 1;
    this.#known.set(key, index);
    return index;
  }
}
