/** Hosts that a plan leaves as they are: named where updates are kept back on them, else only with -v. */
import { foldHosts } from "../../domain/fold-hosts.ts";
import { groupBy } from "../../domain/plan/groups.ts";
import type { Plan, PlanHost } from "../../domain/plan/plan.ts";
import { wrap } from "./layout.ts";
import type { PlanView } from "./plan.ts";
import { renderKeptBack } from "./plan-os.ts";
import { printable } from "./printable.ts";

/** A block of lines for hosts that are alike. */
export function renderUnchanged(plan: Plan, view: PlanView): string[][] {
  if (view.verbosity < 0) return [];
  const blocks = plan.hosts
    .filter(({ action }) => action === "none")
    .map((host) => ({ name: host.name, rest: restWords(host), kept: renderKeptBack(host, view) }))
    .filter(({ kept }) => kept.length > 0 || view.verbosity > 0);
  return groupBy(blocks, ({ rest, kept }) => [rest, ...kept].join("\n")).map((alike) => [
    ...wrap(`${printable(foldHosts(alike.map(({ name }) => name)))}: ${alike[0]?.rest ?? ""}`, {
      first: "",
      width: view.width,
    }).map((line) => view.style.dim(line)),
    ...(alike[0]?.kept ?? []),
  ]);
}

const restWords = ({ os, reason }: PlanHost): string =>
  os === undefined || reason === undefined ? "up to date" : printable(reason);
