/** Hooks in a plan: when, what and where. */
import type { PlanHook, PlanLocalHook } from "../../domain/plan/hook-schema.ts";
import type { Plan, PlanHost } from "../../domain/plan/plan.ts";
import { wrap } from "./layout.ts";
import { INDENT } from "./marked-rows.ts";
import type { PlanView } from "./plan.ts";
import { printable } from "./printable.ts";

export function renderHooks({ hooks }: PlanHost, { width }: PlanView): string[] {
  if (hooks === undefined) return [];
  const texts = [
    ...hookWords("before", hooks.preApply),
    ...hookWords("after", hooks.postApply),
    ...hookWords("failed", hooks.onFailure),
  ];
  return texts.flatMap((text) => wrap(text, { first: INDENT, width }));
}

/** Those around the whole rollout, with its other lines. */
export function renderRolloutHooks({ hooks }: Plan, width: number): string[] {
  if (hooks === undefined) return [];
  const { preRollout, onHalt, postRollout } = hooks;
  const texts = [
    ...hookWords("before", preRollout.map(here)),
    ...hookWords("halted", onHalt.map(here)),
    ...hookWords("after", postRollout.map(here)),
  ];
  return texts.flatMap((text) => wrap(text, { first: "  ", width }));
}

const here = ({ run }: PlanLocalHook): Pick<PlanHook, "run" | "where"> => ({ run, where: "local" });

/** "before  kubectl drain web-1  (here; undo: kubectl uncordon web-1)". */
export const hookWords = (
  when: "before" | "after" | "failed" | "halted",
  hooks: readonly Pick<PlanHook, "run" | "where" | "undo">[],
): string[] =>
  hooks.map(({ run, where, undo }) => {
    const back = undo === undefined ? "" : `; undo: ${oneLine(undo)}`;
    return `${when.padEnd(6)}  ${oneLine(run)}  (${placeWords(where)}${back})`;
  });

const placeWords = (where: string): string => {
  if (where === "remote") return "on the host";
  return where === "local" ? "here" : `on ${printable(where.slice("delegate:".length))}`;
};

/** Of a command with several lines the first has to do. */
function oneLine(command: string): string {
  const [first = "", ...more] = command.trim().split("\n");
  return printable(first) + (more.length > 0 ? " ..." : "");
}
