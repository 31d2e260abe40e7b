/** Steps of a bootstrap. */

/** In the order in which they are done; the bootstrap program knows them by these names. */
export const bootstrapSteps = [
  "packages",
  "daemon",
  "keys",
  "restart",
  "account",
  "group",
  "program",
  "fleet",
  "sudo",
  "login",
] as const;
export type BootstrapStepName = (typeof bootstrapSteps)[number];

export interface BootstrapStep {
  readonly name: BootstrapStepName;
  readonly state: "there" | "do";
  /** What is there, or what is done. */
  readonly what: string;
}

export interface HostPreparation {
  readonly steps: readonly BootstrapStep[];
  /** What a person should know, and bootstrap leaves as it is. */
  readonly notes: readonly string[];
}

export const there = (name: BootstrapStepName, what: string): BootstrapStep => ({ name, state: "there", what });
export const todo = (name: BootstrapStepName, what: string): BootstrapStep => ({ name, state: "do", what });
