/** Whether a host's closure may travel before its plan is whole. */
import type { StorePath } from "../ids.ts";
import type { Base } from "../inventory/resolved.ts";
import type { HostFacts } from "../observation/facts.ts";
import type { DesiredHost } from "./host-input.ts";
import { liveSystem } from "./live-system.ts";
import { unfitFor, waitsForBoot } from "./nixos.ts";
import { occupiedBy } from "./preflight.ts";

export interface EarlyCopy {
  readonly base: Base;
  readonly facts: HostFacts;
  readonly desired: Extract<DesiredHost, { kind: "closure" }>;
  /** Whether the run that holds the host's lock is known to be dead. */
  readonly lockAbandoned: boolean;
  /** Whether a window keeps the host back as of now. */
  readonly waits: boolean;
}

/** False where the planner is going to leave the host alone, as far as its facts tell. Room for the closure is another question. */
export const mayTravelEarly = ({ base, facts, desired, lockAbandoned, waits }: EarlyCopy): boolean =>
  !waits &&
  !runsOrWillRun(facts, desired.system) &&
  unfitFor(base, facts, desired) === undefined &&
  occupiedBy(facts, lockAbandoned) === undefined;

const runsOrWillRun = (facts: HostFacts, system: StorePath): boolean =>
  liveSystem(facts) === system || waitsForBoot(facts, system);
