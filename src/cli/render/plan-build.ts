/** Where a group's closures are built, when that is news: elsewhere, or not where they were to be. */
import type { PlanHost } from "../../domain/plan/plan.ts";
import { buildWords } from "./build-words.ts";
import { wrap } from "./layout.ts";
import { INDENT } from "./marked-rows.ts";
import type { PlanView } from "./plan.ts";
import { printable } from "./printable.ts";

export function renderBuild({ build, steps }: PlanHost, { verbosity, width, style }: PlanView): string[] {
  if (build === undefined) return [];
  const isNews = build.where !== "here" || build.passedOver.length > 0 || verbosity > 0;
  const fetches = steps.some((step) => step.kind === "copy" && step.substitutes === true);
  return [
    ...(isNews ? [style.dim(buildWords(build))] : []),
    ...build.passedOver.map(({ place, because }) =>
      style.warning(`not built on ${printable(place)}: ${printable(because)}`),
    ),
    ...(fetches ? [style.dim("the host fetches from its own binary caches first")] : []),
  ].flatMap((line) => wrap(line, { first: INDENT, width }));
}
