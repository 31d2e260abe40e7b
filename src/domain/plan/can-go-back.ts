/** Whether there is a way back from what a plan does to a host: from a closure there is, from packages, reboots and commands there is none. */
import type { PlanHost } from "./plan.ts";

export const canGoBack = ({ steps }: Pick<PlanHost, "steps">): boolean =>
  steps.some(({ kind }) => kind === "activate" || kind === "remove");
