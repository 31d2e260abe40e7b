/** The command to type after looking at a plan. */
import { quote } from "../../domain/host/quote.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import type { Repetition } from "../repetition.ts";
import type { PlanHints } from "./reporter.ts";

/** Null where there is nothing obvious to do next. */
export function nextCommand(plan: Plan, { file, next }: PlanHints, { flags }: Repetition): string | null {
  if (next !== undefined) return next;
  if (file !== undefined) return ["nixfleet apply", ...[file, ...flags].map(quote)].join(" ");
  if (plan.verb !== "apply") return null;
  const { selection } = plan.inputs;
  // Looking at all hosts takes no words, changing all hosts does.
  const words = selection.length === 0 && plan.hosts.length > 1 ? ["--group", "all"] : selection;
  return ["nixfleet apply", ...[...words, ...flags].map(quote)].join(" ");
}
