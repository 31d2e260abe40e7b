/** What the parts of a reboot work with. */
import type { HostFacts } from "../../domain/observation/facts.ts";
import type { Step } from "../../domain/plan/plan.ts";
import type { RebootNeed } from "../../domain/reboot/need.ts";
import type { Undos } from "../hooks.ts";
import type { StepContext } from "../step-context.ts";

export interface Reboot {
  readonly step: Extract<Step, { kind: "reboot" }>;
  readonly context: StepContext;
  /** As it was before. */
  readonly need: RebootNeed;
  /** The host before the run touched it. */
  readonly baseline: HostFacts | undefined;
  /** Hooks that began and can be taken back. */
  readonly undos: Undos;
}

/** The boot id that the plan was made with. */
export const oldBootId = ({ step, baseline }: Reboot): string => step.expect.bootId ?? baseline?.bootId ?? "";

/** An earlier reboot did not end well: the host is out of service, and its slots stay with it until it is healthy. */
export const isKept = ({ need }: Pick<Reboot, "need">): boolean => need.open !== undefined;
