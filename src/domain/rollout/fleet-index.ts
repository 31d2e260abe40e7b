/** What can be looked up about a rollout, worked out once: it never changes while the rollout runs. */
import { type Calendar, calendarOf } from "../windows/calendar.ts";
import type { HostConstraint, Rollout } from "./plan-rollout.ts";

export interface FleetIndex {
  readonly rankOf: ReadonlyMap<string, number>;
  readonly laneOf: ReadonlyMap<string, number>;
  /** By rank. */
  readonly hosts: readonly IndexedHost[];
  /** By lane and stage. */
  readonly stages: readonly (readonly IndexedStage[])[];
  readonly admissions: readonly Admission[];
}

export interface IndexedHost {
  readonly name: string;
  readonly lane: number;
  readonly stage: number;
  readonly budgets: readonly number[];
}

export interface IndexedStage {
  readonly ranks: readonly number[];
  /** Hosts of a queue are bound alike, so that its first host speaks for all. */
  readonly queues: readonly Queue[];
}

export interface Queue {
  readonly ranks: readonly number[];
  /** Index into admissions; nothing for hosts that may start at any time. */
  readonly admission: number | undefined;
  readonly budgets: readonly number[];
}

export interface Admission {
  /** All must be open. */
  readonly calendars: readonly Calendar[];
  /** What has to be left of a window. */
  readonly needMs: number;
}

// The index of a rollout is a function of it; states that share a rollout share its index.
const known = new WeakMap<Rollout, FleetIndex>();

export function indexOf(rollout: Rollout): FleetIndex {
  const index = known.get(rollout) ?? makeIndex(rollout);
  known.set(rollout, index);
  return index;
}

function makeIndex(rollout: Rollout): FleetIndex {
  const rankOf = new Map(rollout.order.map((name, rank) => [name, rank]));
  const constraints = new Map(rollout.constraints.map((constraint) => [constraint.host, constraint]));
  const calendars = rollout.calendars.map(({ windows, blackouts }) => calendarOf(windows, blackouts));
  const admissions = new Admissions(calendars);
  const hosts: IndexedHost[] = [];
  const stages = rollout.lanes.map((lane, laneIndex) =>
    lane.stages.map((stage, stageIndex) => {
      const ranks = stage.hosts.map((name) => rank(rankOf, name)).sort((a, b) => a - b);
      for (const at of ranks) {
        const name = rollout.order[at] ?? "";
        hosts[at] = { name, lane: laneIndex, stage: stageIndex, budgets: constraints.get(name)?.budgets ?? [] };
      }
      return { ranks, queues: queuesOf(ranks, (at) => constraints.get(rollout.order[at] ?? ""), admissions) };
    }),
  );
  if (hosts.filter(() => true).length !== rollout.order.length) throw new Error("a host of the rollout is in no stage");
  const laneOf = new Map(rollout.lanes.map((lane, index) => [lane.name, index]));
  return { rankOf, laneOf, hosts, stages, admissions: admissions.all };
}

function queuesOf(
  ranks: readonly number[],
  constraintOf: (rank: number) => HostConstraint | undefined,
  admissions: Admissions,
): Queue[] {
  const queues = new Map<string, Queue & { readonly ranks: number[] }>();
  for (const at of ranks) {
    const constraint = constraintOf(at);
    const admission = constraint === undefined ? undefined : admissions.of(constraint);
    const budgets = constraint?.budgets ?? [];
    const key = `${admission ?? ""} ${budgets.join(",")}`;
    const queue = queues.get(key) ?? { ranks: [], admission, budgets };
    queue.ranks.push(at);
    queues.set(key, queue);
  }
  return [...queues.values()];
}

class Admissions {
  readonly all: Admission[] = [];
  readonly #calendars: readonly Calendar[];
  readonly #known = new Map<string, number>();

  constructor(calendars: readonly Calendar[]) {
    this.#calendars = calendars;
  }

  of({ calendars: indexes, estimateMs }: HostConstraint): number | undefined {
    if (indexes.length === 0) return undefined;
    const needMs = neededMs(estimateMs);
    const key = `${indexes.join(",")} ${needMs}`;
    const known = this.#known.get(key) ?? this.all.push({ calendars: indexes.map((at) => this.#at(at)), needMs }) - 1;
    this.#known.set(key, known);
    return known;
  }

  #at(index: number): Calendar {
    const calendar = this.#calendars[index];
    if (calendar === undefined) throw new Error(`the rollout has no calendar ${index}`);
    return calendar;
  }
}

// Whole minutes keep the number of queues small when every host has an estimate of its own.
const MINUTE_MS = 60_000;

/** What has to be left of a window: the estimate and a tenth more, in whole minutes. */
export const neededMs = (estimateMs: number): number =>
  Math.ceil((estimateMs + estimateMs / 10) / MINUTE_MS) * MINUTE_MS;

function rank(rankOf: ReadonlyMap<string, number>, name: string): number {
  const found = rankOf.get(name);
  if (found === undefined) throw new Error(`${name} is in a stage and not in the order of the rollout`);
  return found;
}
