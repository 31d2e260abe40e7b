/**
 * Carries a rollout out: feeds facts to the machine, does what it commands, until it says that nothing more will happen. Each fact is
 * kept before the machine takes it, and a host is only touched once its start was kept.
 */
import { unreachable } from "../domain/outcome/unreachable.ts";
import type { RolloutCommand } from "../domain/rollout/command.ts";
import type { JournalEntry, RolloutEvent } from "../domain/rollout/event.ts";
import { next, replay } from "../domain/rollout/machine.ts";
import type { Rollout } from "../domain/rollout/plan-rollout.ts";
import type { RolloutState } from "../domain/rollout/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Course } from "./course.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import type { Interruption } from "./interruption.ts";

/** What is done to hosts; every promise resolves, to the fact that the machine is told. */
export interface RolloutHands {
  /** @param attempt how often the rollout started the host, from 1 on */
  start(host: string, attempt: number): Promise<RolloutEvent>;
  /** The host was in flight when an earlier process ended. A `host-started` starts it once more, where that is allowed. */
  recover(host: string, attempt: number, mayStartAgain: boolean): Promise<RolloutEvent>;
  rollBack(host: string, attempt: number): Promise<RolloutEvent>;
  checkHealth(lane: string, hosts: readonly string[]): Promise<RolloutEvent>;
  /** Undefined when nobody can be asked. */
  askApproval(lane: string, stage: number, because: string): Promise<RolloutEvent | undefined>;
  tell(level: "info" | "warn" | "error", text: string): Promise<void>;
}

interface Drive {
  readonly hands: RolloutHands;
  readonly inbox: Inbox;
  /** How often each host was started. */
  readonly attempts: Map<string, number>;
}

/** Gives the last state, whose outcome is set. */
export async function driveRollout(
  rollout: Rollout,
  hands: RolloutHands,
  { earlier, opening, keep }: Course,
  {
    clock,
    interruption,
    lost,
  }: { readonly clock: Clock; readonly interruption: Interruption; readonly lost: AbortSignal },
): Promise<RolloutState> {
  const drive: Drive = { hands, inbox: createInbox(clock), attempts: new Map() };
  const { inbox } = drive;
  const unwatch = interruption.watch((stage) => {
    if (stage === "draining") inbox.put({ type: "interrupted", how: "drain" });
    if (stage === "detached") inbox.put({ type: "interrupted", how: "detach" });
  });
  // Whoever no longer owns its hosts starts none any more.
  const stop = (): void => inbox.put({ type: "interrupted", how: "drain" });
  if (lost.aborted) stop();
  lost.addEventListener("abort", stop);
  try {
    for (const { event } of earlier) countAttempt(event, drive);
    for (const event of opening) inbox.put(event);
    let state = replay(rollout, earlier);
    do {
      const entries = (await inbox.takeAll()).map((event): JournalEntry => ({ at: clock.now(), event }));
      await keep(entries);
      for (const { event, at } of entries) {
        const step = next(state, event, at);
        state = step.state;
        countAttempt(event, drive);
        for (const command of step.commands) await obey(command, state, drive);
        if (event.type === "host-started") inbox.putLater(hands.start(event.host, attemptOf(event.host, drive)));
      }
    } while (state.outcome === null);
    return state;
  } finally {
    unwatch();
    lost.removeEventListener("abort", stop);
    inbox.close();
  }
}

function countAttempt(event: RolloutEvent, drive: Drive): void {
  if (event.type === "host-started") drive.attempts.set(event.host, (drive.attempts.get(event.host) ?? 0) + 1);
}

const attemptOf = (host: string, { attempts }: Drive): number => attempts.get(host) ?? 1;

async function obey(command: RolloutCommand, state: RolloutState, drive: Drive): Promise<void> {
  const { hands, inbox } = drive;
  switch (command.type) {
    case "start":
      return inbox.put({ type: "host-started", host: command.host });
    case "recover": {
      const mayStartAgain = state.halt === null && state.interruption === "none";
      return inbox.putLater(hands.recover(command.host, attemptOf(command.host, drive), mayStartAgain));
    }
    case "roll-back":
      return inbox.putLater(hands.rollBack(command.host, attemptOf(command.host, drive)));
    case "check-health":
      return inbox.putLater(hands.checkHealth(command.lane, command.hosts));
    case "ask-approval":
      return inbox.putLater(hands.askApproval(command.lane, command.stage, command.because));
    case "wake":
      return inbox.wakeAt(command.atMs);
    case "tell":
      return hands.tell(command.level, command.because);
    case "finish":
      return undefined;
    default:
      return unreachable(command);
  }
}
