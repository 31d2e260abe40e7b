/** How far a rollout is, in numbers. */
import type { RolloutState } from "./state.ts";

export interface RolloutProgress {
  /** Hosts that had their turn, however it ended. */
  readonly done: number;
  /** Hosts that somebody began to work on, with no end known. */
  readonly inFlight: number;
  readonly left: number;
}

export function progressOf({ hosts }: RolloutState): RolloutProgress {
  const phases = hosts.flatMap((block) => block.map(({ phase }) => phase));
  const left = phases.filter((phase) => phase === "pending" || phase === "starting" || phase === "set-aside").length;
  const inFlight = phases.filter((phase) => phase === "running" || phase === "rolling-back").length;
  return { done: phases.length - left - inFlight, inFlight, left };
}
