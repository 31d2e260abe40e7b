/** A fleet that only exists in simulated time: carries out what the rollout machine commands, and reports what happens. */
import type { HostStatus } from "../../src/domain/outcome/events.ts";
import type { RolloutCommand, RolloutOutcome } from "../../src/domain/rollout/command.ts";
import type { JournalEntry, RolloutEvent } from "../../src/domain/rollout/event.ts";
import { next, replay, type Step, start } from "../../src/domain/rollout/machine.ts";
import type { Rollout } from "../../src/domain/rollout/plan-rollout.ts";
import type { RolloutState } from "../../src/domain/rollout/state.ts";
import { TimeQueue } from "./time-queue.ts";

export interface HostBehaviour {
  /** How long its change takes. */
  readonly ms: number;
  readonly status: HostStatus;
  readonly healthy: boolean;
  readonly changed: boolean;
  /** So long after it turned healthy it turns unhealthy. */
  readonly sickAfterMs?: number;
  readonly rollbackMs: number;
  readonly rollbackOk: boolean;
}

export const wellBehaved: HostBehaviour = {
  ms: 10_000,
  status: "changed",
  healthy: true,
  changed: true,
  rollbackMs: 5_000,
  rollbackOk: true,
};

/** What people and fate do, apart from the hosts. */
export type Intervention =
  | { readonly kind: "event"; readonly event: RolloutEvent }
  /** The process that drives the rollout dies; what runs on hosts goes on. */
  | { readonly kind: "crash" };

export interface Simulation {
  readonly rollout: Rollout;
  readonly behaviourOf: (host: string, attempt: number) => HostBehaviour;
  readonly beginMs: number;
  readonly windowPatienceMs?: number | null;
  readonly approvalPatienceMs?: number | null;
  /** Approves whatever is asked, so long after. */
  readonly approveAfterMs?: number;
  readonly interventions?: readonly { readonly atMs: number; readonly does: Intervention }[];
  /** Sees each step as it is made. */
  readonly watch?: (step: Step, event: RolloutEvent, atMs: number) => void;
}

export interface SimulationEnd {
  readonly state: RolloutState;
  readonly journal: readonly JournalEntry[];
  readonly outcomes: readonly RolloutOutcome[];
  readonly endMs: number;
  readonly events: number;
}

type Happening = Intervention | { readonly kind: "wake"; readonly number: number };

/** Runs until nothing is going to happen any more. */
export function simulate(simulation: Simulation): SimulationEnd {
  const run = new Run(simulation);
  run.queue.add(simulation.beginMs, { kind: "event", event: { type: "begun", ...patienceOf(simulation) } });
  for (const { atMs, does } of simulation.interventions ?? []) run.outside.add(atMs, does);
  const enough = 2000 + 20 * simulation.rollout.order.length;
  while (run.step()) if (run.journal.length > enough) throw new Error("the rollout does not settle");
  return run.end();
}

export const patienceOf = ({ windowPatienceMs = 0, approvalPatienceMs = null }: Simulation) => ({
  windowPatienceMs,
  approvalPatienceMs,
});

class Run {
  readonly queue = new TimeQueue<Happening>();
  readonly outside = new TimeQueue<Intervention>();
  readonly journal: JournalEntry[] = [];
  readonly #simulation: Simulation;
  readonly #outcomes: RolloutOutcome[] = [];
  readonly #attempts = new Map<string, number>();
  /** When the change of a host that is at work ends, and when healthy ones turned so. */
  readonly #endsAt = new Map<string, number>();
  readonly #healthySince = new Map<string, number>();
  #state: RolloutState;
  #wake = 0;
  #nowMs = 0;
  #crashed = false;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#state = start(simulation.rollout);
  }

  step(): boolean {
    const outside = this.outside.nextAtMs;
    const source =
      outside !== undefined && outside < (this.queue.nextAtMs ?? Number.POSITIVE_INFINITY) ? this.outside : this.queue;
    const taken = source.take() ?? this.outside.take();
    if (taken === undefined) return false;
    if (taken.item.kind === "wake" && taken.item.number !== this.#wake) return true;
    this.#nowMs = Math.max(this.#nowMs, taken.atMs);
    this.#happen(taken.item);
    return true;
  }

  end(): SimulationEnd {
    return {
      state: this.#state,
      journal: this.journal,
      outcomes: this.#outcomes,
      endMs: this.#nowMs,
      events: this.journal.length,
    };
  }

  #happen(happening: Happening): void {
    if (happening.kind === "crash") {
      this.queue.clear();
      this.#crashed = true;
    } else if (happening.kind === "event") {
      this.#take(happening.event);
    } else {
      this.#take({ type: "tick" });
    }
  }

  #take(event: RolloutEvent): void {
    if (this.#crashed && event.type !== "resumed") return;
    if (this.#crashed) {
      this.#crashed = false;
      this.#state = replay(this.#simulation.rollout, JSON.parse(JSON.stringify(this.journal)));
    }
    this.journal.push({ at: this.#nowMs, event });
    if (event.type === "host-started") this.#begin(event.host);
    const step = next(this.#state, event, this.#nowMs);
    this.#state = step.state;
    for (const command of step.commands) this.#carryOut(command);
    this.#simulation.watch?.(step, event, this.#nowMs);
  }

  #carryOut(command: RolloutCommand): void {
    switch (command.type) {
      case "start":
        this.#later(0, { type: "host-started", host: command.host });
        break;
      case "recover":
        this.#finishLater(command.host);
        break;
      case "roll-back": {
        const { rollbackMs, rollbackOk } = this.#behaviourOf(command.host);
        this.#later(rollbackMs, { type: "host-rolled-back", host: command.host, ok: rollbackOk });
        break;
      }
      case "check-health": {
        const unhealthy = command.hosts.filter((host) => this.#isSick(host));
        this.#later(1000, { type: "health-checked", lane: command.lane, unhealthy });
        break;
      }
      case "ask-approval": {
        const { approveAfterMs } = this.#simulation;
        if (approveAfterMs !== undefined)
          this.#later(approveAfterMs, { type: "approved", lane: command.lane, stage: command.stage, by: "ops" });
        break;
      }
      case "wake":
        this.#wake += 1;
        this.queue.add(command.atMs, { kind: "wake", number: this.#wake });
        break;
      case "tell":
        break;
      case "finish":
        this.#wake += 1;
        this.#outcomes.push(command.outcome);
    }
  }

  #begin(host: string): void {
    this.#attempts.set(host, (this.#attempts.get(host) ?? 0) + 1);
    this.#endsAt.set(host, this.#nowMs + this.#behaviourOf(host).ms);
    this.#finishLater(host);
  }

  #finishLater(host: string): void {
    const { status, healthy, changed } = this.#behaviourOf(host);
    const atMs = Math.max(this.#nowMs, this.#endsAt.get(host) ?? this.#nowMs);
    if (healthy) this.#healthySince.set(host, atMs);
    this.queue.add(atMs, { kind: "event", event: { type: "host-finished", host, status, healthy, changed } });
  }

  #later(ms: number, event: RolloutEvent): void {
    this.queue.add(this.#nowMs + ms, { kind: "event", event });
  }

  #behaviourOf(host: string): HostBehaviour {
    return this.#simulation.behaviourOf(host, this.#attempts.get(host) ?? 1);
  }

  #isSick(host: string): boolean {
    const { sickAfterMs } = this.#behaviourOf(host);
    return sickAfterMs !== undefined && this.#nowMs >= (this.#healthySince.get(host) ?? this.#nowMs) + sickAfterMs;
  }
}
