/** Carries a rollout out: feeds facts to the machine, does what it commands, until it says that nothing more will happen. */

import { unreachable } from "../domain/outcome/unreachable.ts";
import type { RolloutCommand } from "../domain/rollout/command.ts";
import type { RolloutEvent } from "../domain/rollout/event.ts";
import { next, start } from "../domain/rollout/machine.ts";
import type { Patience } from "../domain/rollout/patience.ts";
import type { Rollout } from "../domain/rollout/plan-rollout.ts";
import type { RolloutState } from "../domain/rollout/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Interruption } from "./interruption.ts";

/** What is done to hosts; every promise resolves, to the fact that the machine is told. */
export interface RolloutHands {
  start(host: string): Promise<RolloutEvent>;
  rollBack(host: string): Promise<RolloutEvent>;
  checkHealth(lane: string, hosts: readonly string[]): Promise<RolloutEvent>;
  /** Undefined when nobody can be asked. */
  askApproval(lane: string, stage: number, because: string): Promise<RolloutEvent | undefined>;
  tell(level: "info" | "warn" | "error", text: string): Promise<void>;
}

/** Gives the last state, whose outcome is set. */
export async function driveRollout(
  rollout: Rollout,
  hands: RolloutHands,
  patience: Patience,
  { clock, interruption }: { readonly clock: Clock; readonly interruption: Interruption },
): Promise<RolloutState> {
  const inbox = createInbox(clock);
  const unwatch = interruption.watch((stage) => {
    if (stage === "draining") inbox.put({ type: "interrupted", how: "drain" });
    if (stage === "detached") inbox.put({ type: "interrupted", how: "detach" });
  });
  try {
    inbox.put({ type: "begun", ...patience });
    let state = start(rollout);
    while (state.outcome === null || state.outcome.kind === "not-begun") {
      const event = await inbox.take();
      const step = next(state, event, clock.now());
      state = step.state;
      for (const command of step.commands) await obey(command, hands, inbox);
    }
    return state;
  } finally {
    unwatch();
    inbox.close();
  }
}

async function obey(command: RolloutCommand, hands: RolloutHands, inbox: Inbox): Promise<void> {
  switch (command.type) {
    case "start":
      inbox.put({ type: "host-started", host: command.host });
      return inbox.putLater(hands.start(command.host));
    case "roll-back":
      return inbox.putLater(hands.rollBack(command.host));
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
    case "recover":
      throw new Error("a rollout that begins has no host to recover");
    default:
      return unreachable(command);
  }
}

interface Inbox {
  put(event: RolloutEvent): void;
  putLater(event: Promise<RolloutEvent | undefined>): void;
  /** A tick at this time, in place of an earlier one. */
  wakeAt(atMs: number): void;
  take(): Promise<RolloutEvent>;
  close(): void;
}

function createInbox(clock: Clock): Inbox {
  const events: RolloutEvent[] = [];
  let arrived = Promise.withResolvers<void>();
  let sleeping = new AbortController();
  const put = (event: RolloutEvent): void => {
    events.push(event);
    arrived.resolve();
  };
  return {
    put,
    putLater(event) {
      void event.then((fact) => (fact === undefined ? undefined : put(fact)));
    },
    wakeAt(atMs) {
      sleeping.abort();
      const own = new AbortController();
      sleeping = own;
      void clock.sleep(Math.max(0, atMs - clock.now()), own.signal).then(() => {
        if (!own.signal.aborted) put({ type: "tick" });
      });
    },
    async take() {
      for (;;) {
        const event = events.shift();
        if (event !== undefined) return event;
        await arrived.promise;
        arrived = Promise.withResolvers<void>();
      }
    },
    close: () => sleeping.abort(),
  };
}
